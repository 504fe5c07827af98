import { RpcError } from "../errors/rpc-error.js";
import * as rpc from "../stub-v1/index.js";

/** A service for tests of calls of the results of other calls. */
export interface Trees {
  node(name: string): Promise<Node>;
  find(name: string): Promise<Node | undefined>;
  size(): Promise<number>;
  /** Returns its argument. */
  same(node: Node): Promise<Node>;
  joiner(first: string): Promise<(second: string) => Promise<string>>;
}

/** An object by reference. */
export interface Node extends Disposable {
  child(name: string): Promise<Node>;
  path(): Promise<string>;
  tell(listener: (path: string) => Promise<string>): Promise<string>;
  steps(): AsyncIterable<string>;
  note(text: string): void;
  /** Callable by no one. */
  secret(): Promise<string>;
  /** Returns the paths of both. */
  beside(other: Node): Promise<string>;
}

class NodeClient extends rpc.ClientStub implements Node {
  child(name: string) {
    return rpc.unary<Node>(this, 0, [name]);
  }
  path() {
    return rpc.unary<string>(this, 1, []);
  }
  tell(listener: (path: string) => Promise<string>) {
    return rpc.unary<string>(this, 2, [listener]);
  }
  steps() {
    return rpc.streaming<AsyncIterable<string>>(this, 3, []);
  }
  note(text: string) {
    rpc.notify(this, 4, [text]);
  }
  secret() {
    return rpc.unary<string>(this, 5, []);
  }
  beside(other: Node) {
    return rpc.unary<string>(this, 6, [other]);
  }
}

class TreesClient extends rpc.ClientStub implements Trees {
  node(name: string) {
    return rpc.unary<Node>(this, 0, [name]);
  }
  find(name: string) {
    return rpc.unary<Node | undefined>(this, 1, [name]);
  }
  size() {
    return rpc.unary<number>(this, 2, []);
  }
  same(node: Node) {
    return rpc.unary<Node>(this, 3, [node]);
  }
  joiner(first: string) {
    return rpc.unary<(second: string) => Promise<string>>(this, 4, [first]);
  }
}

const print = (digit: string) => digit.repeat(16);
const name = rpc.param("name", rpc.string);
const node = rpc.reference<Node>(() => Node);

export const Node: rpc.Service<Node> = rpc.defineService<Node>({
  name: "Node",
  fingerprint: print("1"),
  methods: [
    rpc.unaryMethod("child", print("2"), [name], node),
    rpc.unaryMethod("path", print("3"), [], rpc.string),
    rpc.unaryMethod(
      "tell",
      print("4"),
      [rpc.param("listener", rpc.func("listener", [rpc.param("path", rpc.string)], rpc.string))],
      rpc.string,
    ),
    rpc.streamMethod("steps", print("5"), [], rpc.stream(rpc.string)),
    rpc.notifyMethod("note", print("6"), [rpc.param("text", rpc.string)]),
    rpc.unaryMethod("secret", print("7"), [], rpc.string, { allow: ["elevated"] }),
    rpc.unaryMethod("beside", print("e"), [rpc.param("other", node)], rpc.string),
  ],
  disposable: true,
  client: NodeClient,
  dispatch(service, method, args) {
    const [first] = args as [never];
    if (method === 0) return service.child(first);
    if (method === 1) return service.path();
    if (method === 2) return service.tell(first);
    if (method === 3) return service.steps();
    if (method === 4) return service.note(first);
    return method === 5 ? service.secret() : service.beside(first);
  },
});

export const Trees: rpc.Service<Trees> = rpc.defineService<Trees>({
  name: "Trees",
  fingerprint: print("8"),
  methods: [
    rpc.unaryMethod("node", print("9"), [name], node),
    rpc.unaryMethod("find", print("a"), [name], rpc.union("Node | undefined", [node, rpc.undefined])),
    rpc.unaryMethod("size", print("b"), [], rpc.number),
    rpc.unaryMethod("same", print("c"), [rpc.param("node", node)], node),
    rpc.unaryMethod(
      "joiner",
      print("d"),
      [rpc.param("first", rpc.string)],
      rpc.func("join", [rpc.param("second", rpc.string)], rpc.string),
    ),
  ],
  client: TreesClient,
  dispatch(service, method, args) {
    const [first] = args as [never];
    if (method === 0) return service.node(first);
    if (method === 1) return service.find(first);
    if (method === 2) return service.size();
    return method === 3 ? service.same(first) : service.joiner(first);
  },
});

/** Numbers of the methods. */
export const treesMethods = { node: 0, find: 1, size: 2, same: 3, joiner: 4 };
export const nodeMethods = { child: 0, path: 1, tell: 2, steps: 3, note: 4, secret: 5, beside: 6 };

/** Records what is done with it, in order. `open` holds back calls of `node`. */
export class LocalTrees implements Trees {
  readonly log: string[] = [];
  held: Promise<unknown> | undefined;

  async node(name: string) {
    this.log.push(`node ${name}`);
    await this.held;
    if (name === "none") throw new RpcError("notFound", "no such node");
    return new LocalNode(this, name);
  }
  async find(name: string) {
    return name === "none" ? undefined : new LocalNode(this, name);
  }
  async size() {
    return this.log.length;
  }
  async same(given: Node) {
    return given;
  }
  async joiner(first: string) {
    return async (second: string) => first + second;
  }
}

export class LocalNode implements Node {
  readonly #trees: LocalTrees;
  readonly #path: string;
  disposed = false;

  constructor(trees: LocalTrees, path: string) {
    this.#trees = trees;
    this.#path = path;
  }
  async child(name: string) {
    this.#check(`child ${name}`);
    if (name === "none") throw new RpcError("notFound", "no such child");
    return new LocalNode(this.#trees, `${this.#path}/${name}`);
  }
  async path() {
    this.#check("path");
    return this.#path;
  }
  async tell(listener: (path: string) => Promise<string>) {
    return listener(this.#path);
  }
  async *steps() {
    this.#check("steps");
    yield* this.#path.split("/");
  }
  note(text: string) {
    this.#check(`note ${text}`);
  }
  async secret() {
    return "secret";
  }
  async beside(other: Node) {
    return `${this.#path} ${await other.path()}`;
  }
  [Symbol.dispose]() {
    this.#trees.log.push(`dispose ${this.#path}`);
    this.disposed = true;
  }
  #check(what: string) {
    this.#trees.log.push(`${what} of ${this.#path}`);
    if (this.disposed) throw new RpcError("failedPrecondition", `${this.#path} was disposed of`);
  }
}
