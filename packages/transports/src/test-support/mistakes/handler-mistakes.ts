import { callContext, RpcError } from "../../index.js";
import { js, type MistakeGroup } from "./mistake.js";

export const handlerMistakes: MistakeGroup = {
  title: "Handlers",
  mistakes: [
    {
      error:
        "Hello.greet failed with an error that its server does not show; the server's `onError` has it, by default its console",
      code: "internal",
      cause: "The handler threw an error that is not an `RpcError` and that its contract does not declare.",
      remedy:
        "Read the server's console. To show errors to callers, throw `RpcError` or declare a class with `@throws`: [errors.md](errors.md#throwing).",
      make: async (place) => {
        const client = await place.client({ greet: () => Promise.reject(new Error("no such table")) });
        await client.greet("you");
      },
    },
    {
      error:
        "Hello.greet: the handler's result is not of its declared type: result: expected string, got undefined",
      code: "internal",
      cause: "The handler returned something else than the contract declares, often nothing.",
      remedy: "Mend the handler; `implements Hello` lets the compiler find it.",
      make: async (place) => (await place.client({ greet: async () => js(undefined) })).greet("you"),
    },
    {
      error: "Hello.numbers: an item of the stream is not of its declared type: expected number, got string",
      code: "internal",
      cause: "The generator yields something else than the contract declares.",
      remedy: "Mend the generator.",
      make: async (place) => {
        const client = await place.client({
          async *numbers() {
            yield js("one");
          },
        });
        for await (const _ of client.numbers());
      },
    },
    {
      error:
        "callContext() was called outside a handler: call it in a method of a service while it answers a call, or use tryCallContext() where the method is also called locally",
      code: "failedPrecondition",
      cause: "No call is being answered here: the method was called locally, or from a timer.",
      remedy: "Read the context at the beginning of the handler and pass it on.",
      make: () => callContext(),
    },
    {
      error:
        "…: this reference was released, or the call that carried it has ended; retain() keeps an argument, and await keeps an object of a pipelined chain",
      code: "failedPrecondition",
      cause: "The handler kept a function of its caller and called it after it had returned.",
      remedy:
        "Keep it with `retain(answer)` before the handler returns: [references.md](references.md#who-releases-what).",
      make: async (place) => {
        let kept = (_: number): Promise<number> => Promise.reject(new RpcError("unknown", "not called"));
        const client = await place.client({
          ask: async (answer) => {
            kept = answer;
          },
        });
        await client.ask(async (value) => value);
        await kept(1);
      },
    },
  ],
};
