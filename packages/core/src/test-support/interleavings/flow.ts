import * as rpc from "../../stub-v1/index.js";

/**
 * An item with the number of its stream and its own, so that a lost, doubled or confused item is
 * noticed.
 */
export interface Item {
  readonly n: number;
  readonly at: number;
}

/** An object by reference. */
export interface Tool extends Disposable {
  /** Returns twice the number. */
  use(value: number): Promise<number>;
  /** Returns another one. */
  copy(): Promise<Tool>;
}

/** The service that both sides of an interleaving offer beside calls of data. */
export interface Flow {
  items(n: number): AsyncIterable<Item>;
  lend(n: number): Promise<Tool>;
  /** Answers when the test asks for it. */
  lendLater(n: number): Promise<Tool>;
  /** Returns true for a tool of this side. */
  isMine(tool: Tool): Promise<boolean>;
  /** Calls the function. */
  ask(n: number, question: (n: number) => Promise<number>): Promise<number>;
  /** Reads all items of an argument and returns their number. */
  collect(n: number, items: AsyncIterable<Item>): Promise<number>;
}

class ToolClient extends rpc.ClientStub implements Tool {
  use(...args: Parameters<Tool["use"]>): ReturnType<Tool["use"]> {
    return rpc.unary(this, 0, args);
  }
  copy(...args: Parameters<Tool["copy"]>): ReturnType<Tool["copy"]> {
    return rpc.unary(this, 1, args);
  }
  // Generated stubs release by the same method.
  declare [Symbol.dispose]: () => void;
}

const Tool: rpc.Service<Tool> = rpc.defineService<Tool>({
  name: "Tool",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("use", "11", [rpc.param("value", rpc.number)], rpc.number),
    rpc.unaryMethod(
      "copy",
      "12",
      [],
      rpc.reference<Tool>(() => Tool),
    ),
  ],
  disposable: true,
  client: ToolClient,
  dispatch: (tool, method, args) =>
    method === 0 ? tool.use(...(args as Parameters<Tool["use"]>)) : tool.copy(),
});

const itemShape = rpc.object("Item", { n: rpc.number, at: rpc.number });
const toolShape = rpc.reference(() => Tool);
const n = rpc.param("n", rpc.number);

class FlowClient extends rpc.ClientStub implements Flow {
  items(...args: Parameters<Flow["items"]>): ReturnType<Flow["items"]> {
    return rpc.streaming(this, 0, args);
  }
  lend(...args: Parameters<Flow["lend"]>): ReturnType<Flow["lend"]> {
    return rpc.unary(this, 1, args);
  }
  isMine(...args: Parameters<Flow["isMine"]>): ReturnType<Flow["isMine"]> {
    return rpc.unary(this, 2, args);
  }
  ask(...args: Parameters<Flow["ask"]>): ReturnType<Flow["ask"]> {
    return rpc.unary(this, 3, args);
  }
  collect(...args: Parameters<Flow["collect"]>): ReturnType<Flow["collect"]> {
    return rpc.unary(this, 4, args);
  }
  lendLater(...args: Parameters<Flow["lendLater"]>): ReturnType<Flow["lendLater"]> {
    return rpc.unary(this, 5, args);
  }
}

export const Flow: rpc.Service<Flow> = rpc.defineService<Flow>({
  name: "Flow",
  fingerprint: "2",
  methods: [
    rpc.streamMethod("items", "21", [n], rpc.stream(itemShape)),
    rpc.unaryMethod("lend", "22", [n], toolShape),
    rpc.unaryMethod("isMine", "23", [rpc.param("tool", toolShape)], rpc.boolean),
    rpc.unaryMethod(
      "ask",
      "24",
      [n, rpc.param("question", rpc.func("question", [n], rpc.number))],
      rpc.number,
    ),
    rpc.unaryMethod("collect", "25", [n, rpc.param("items", rpc.stream(itemShape))], rpc.number),
    rpc.unaryMethod("lendLater", "26", [n], toolShape),
  ],
  client: FlowClient,
  dispatch(flow, method, args) {
    const name = (["items", "lend", "isMine", "ask", "collect", "lendLater"] as const)[method] as keyof Flow;
    return (flow[name] as (...all: readonly unknown[]) => unknown)(...args);
  },
});
