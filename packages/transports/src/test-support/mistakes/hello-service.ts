import * as rpc from "@crosspane/core/stub-v1";

/** The contract of most mistakes. */
export interface Hello {
  greet(name: string): Promise<string>;
  save(document: Document): Promise<void>;
  numbers(): AsyncIterable<number>;
  ask(answer: (value: number) => Promise<number>): Promise<void>;
  restart(): Promise<void>;
}

export interface Document {
  readonly title: string;
  readonly at: Date;
}

class HelloClient extends rpc.ClientStub implements Hello {
  greet(...args: [name: string]): Promise<string> {
    return rpc.unary(this, 0, args);
  }
  save(document: Document): Promise<void> {
    return rpc.unary(this, 1, [document]);
  }
  numbers(): AsyncIterable<number> {
    return rpc.streaming(this, 2, []);
  }
  ask(answer: (value: number) => Promise<number>): Promise<void> {
    return rpc.unary(this, 3, [answer]);
  }
  restart(): Promise<void> {
    return rpc.unary(this, 4, []);
  }
}

const shapes = {
  document: rpc.object("Document", { title: rpc.string, at: rpc.date }),
  answer: rpc.func("answer", [rpc.param("value", rpc.number)], rpc.number, "6"),
};

/** Returns the service as another version of the contract would define `greet`. */
const helloWith = (greetFingerprint: string) =>
  rpc.defineService<Hello>({
    name: "Hello",
    fingerprint: greetFingerprint,
    methods: [
      rpc.unaryMethod("greet", greetFingerprint, [rpc.param("name", rpc.string)], rpc.string),
      rpc.unaryMethod("save", "2", [rpc.param("document", shapes.document)], rpc.void),
      rpc.streamMethod("numbers", "3", [], rpc.stream(rpc.number)),
      rpc.unaryMethod("ask", "4", [rpc.param("answer", shapes.answer)], rpc.void),
      rpc.unaryMethod("restart", "5", [], rpc.void, { allow: ["elevated"] }),
    ],
    client: HelloClient,
    dispatch: (service, method, args) =>
      [
        () => service.greet(args[0] as string),
        () => service.save(args[0] as Document),
        () => service.numbers(),
        () => service.ask(args[0] as Parameters<Hello["ask"]>[0]),
        () => service.restart(),
      ][method]?.(),
  });

export const Hello = helloWith("1");
export const NextHello = helloWith("1b");

/** Returns an implementation that works, except for the methods that are given. */
export function hello(methods: Partial<Hello> = {}) {
  return Hello.implement({
    greet: async (name) => `Hello ${name}!`,
    save: async () => {},
    async *numbers() {
      yield 1;
    },
    ask: async (answer) => void (await answer(1)),
    restart: async () => {},
    ...methods,
  });
}

/** A contract that no server offers. */
export interface Inventory {
  get(id: string): Promise<string>;
}

class InventoryClient extends rpc.ClientStub implements Inventory {
  get(id: string): Promise<string> {
    return rpc.unary(this, 0, [id]);
  }
}

export const Inventory = rpc.defineService<Inventory>({
  name: "Inventory",
  fingerprint: "1",
  methods: [rpc.unaryMethod("get", "1", [rpc.param("id", rpc.string)], rpc.string)],
  client: InventoryClient,
  dispatch: (service, _, args) => service.get(args[0] as string),
});
