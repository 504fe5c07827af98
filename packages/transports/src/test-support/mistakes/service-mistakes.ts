import { serve } from "../../index.js";
import { Hello, hello } from "./hello-service.js";
import { js, type MistakeGroup } from "./mistake.js";

export const serviceMistakes: MistakeGroup = {
  title: "Services",
  mistakes: [
    {
      error:
        "services: Hello itself has no implementation; pass Hello.implement(…) with an object that has its methods",
      code: "invalidArgument",
      cause: "The generated value stands in the list of `serve`.",
      remedy: "Write `[Hello.implement(…)]`.",
      make: (place) => place.serve({}, [js(Hello)]),
    },
    {
      error: "services must be made by the generated value: [Inventory.implement(new DiskInventory())]",
      code: "invalidArgument",
      cause: "The implementation itself stands in the list.",
      remedy: "Wrap it: `Hello.implement(implementation)`.",
      make: (place) => place.serve({}, [js({ greet: async () => "" })]),
    },
    {
      error: "services must be an array: [Inventory.implement(new DiskInventory())]",
      code: "invalidArgument",
      cause: "`serve` got one service without brackets.",
      remedy: "Write `serve(endpoint, [Hello.implement(…)])`.",
      make: ({ endpoint }) => serve(endpoint, js(hello())),
    },
    {
      error: "Hello.implement: pass an object with the methods of Hello, got undefined",
      code: "invalidArgument",
      cause: "The implementation is not there yet, or a module does not export it.",
      remedy: "Pass an object or an instance of a class.",
      make: () => Hello.implement(js(undefined)),
    },
    {
      error:
        "the implementation of Hello has no method greet; add it, or run `crosspane generate` if the contract no longer has it",
      code: "invalidArgument",
      cause:
        "The implementation lacks a method of the contract, or the generated file is older than the contract.",
      remedy: "Let the class say `implements Hello`: then the compiler finds it.",
      make: (place) => place.serve({}, [hello({ greet: js(undefined) })]),
    },
    {
      error: "the implementation of Hello has no method greet; it is a class or a function, pass an instance",
      code: "invalidArgument",
      cause: "`implement` got the class.",
      remedy: "Write `Hello.implement(new DiskHello())`.",
      make: (place) => place.serve({}, [Hello.implement(js(class {}))]),
    },
    {
      error:
        "client: this is not a service; pass the generated value: connection.client(Inventory), from inventory.crosspane.js",
      code: "invalidArgument",
      cause: "`client` got the contract's module or something else.",
      remedy: "Import from `./NAME.crosspane.js`, not from `./NAME.service.js`.",
      make: async (place) => {
        await place.serve();
        (await place.connect()).client(js<typeof Hello>({}));
      },
    },
  ],
};
