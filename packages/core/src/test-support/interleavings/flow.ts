import * as rpc from "../../stub-v1/index.js";

/** An item says of which stream it is, and which one, so that none is lost, doubled or taken for another. */
export interface Item {
  readonly n: number;
  readonly at: number;
}

/** What is given by reference. */
export interface Tool extends Disposable {
  /** Twice the number. */
  use(value: number): Promise<number>;
  /** Another one. */
  copy(): Promise<Tool>;
}

/** What both sides of an interleaving offer beside calls of data. */
export interface Flow {
  items(n: number): AsyncIterable<Item>;
  lend(n: number): Promise<Tool>;
  /** Not before the test says so. */
  lendLater(n: number): Promise<Tool>;
  /** Whether it is a tool of this side. */
  isMine(tool: Tool): Promise<boolean>;
  /** Asks the function. */
  ask(n: number, question: (n: number) => Promise<number>): Promise<number>;
  /** Reads all items of an argument, and says how many they were. */
  collect(n: number, items: AsyncIterable<Item>): Promise<number>;
}

class ToolClient extends rpc.ClientStub implements Tool {
  use(...args: Parameters<Tool["use"]>): ReturnType<Tool["use"]> {
    return rpc.unary(this, 0, args);
  }
  copy(...args: Parameters<Tool["copy"]>): ReturnType<Tool["copy"]> {
    return rpc.unary(this, 1, args);
  }
  // Generated stubs release by the same.
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
