import { snapshot } from "../call/snapshot.js";
import { RpcError } from "../errors/rpc-error.js";
import { release } from "../references/shapes/handle.js";
import { isPromise } from "../runtime/brands.js";
import { type Method, referenceUsage } from "../service/method.js";
import type { PromisedObject } from "../service/service.js";
import { ClientStub } from "./client-stub.js";
import { laterObject, PipelinedChannel, promisedBy } from "./pipelined-channel.js";

type Methods = Readonly<Record<string | symbol, unknown>>;

/** The future result of one call of a chain, with the calls on it. */
export class PromisedResult {
  readonly promise: Promise<unknown>;
  readonly #object: PromisedObject | undefined;
  /** The future result that the call was made on; undefined for the first call of a chain. */
  readonly #before: PromisedResult | undefined;
  /** Unanswered calls on this result, and on their results. */
  #unanswered = 0;
  #kept = false;
  /** True once a call waits for the result. Later calls wait too, so that calls go out in order. */
  #waits = false;
  #stub: Methods | undefined;

  constructor(promise: Promise<unknown>, object: PromisedObject | undefined, before?: PromisedResult) {
    this.promise = promise;
    this.#object = object;
    this.#before = before;
  }

  /** Leaves the result to the program, which has read it and has to release it. */
  look(): void {
    this.#kept = true;
  }

  /** Returns true if the declared type of the result has this method. */
  declares(name: string | symbol): boolean {
    return this.#declared(name) !== undefined;
  }

  /**
   * Returns true if the result may have this method. The type of data and of local objects is not
   * known here.
   */
  mayHave(name: string | symbol): name is string {
    if (typeof name === "symbol") return false;
    return this.#object === undefined ? !isProbe(name) : this.declares(name);
  }

  /** Calls a method of the future result. */
  call(name: string | symbol, args: readonly unknown[]): PromisedResult {
    this.#count(1);
    const method = this.#waits ? undefined : this.#pipelinedMethod(name);
    const sent = method === undefined ? this.#callLater(name, args) : this.#callNow(name, args);
    const answer = method === undefined ? sent : this.#answerOf(sent, method, args);
    const counted = answer.finally(() => this.#count(-1));
    const object = promisedBy(sent) ?? laterObject(this.#declared(name)?.result);
    return new PromisedResult(counted, object, this);
  }

  #callNow(name: string | symbol, args: readonly unknown[]): Promise<unknown> {
    // Its error is also that of the calls on it.
    this.promise.catch(() => {});
    return callMethod(this.#stub, name, args) as Promise<unknown>;
  }

  #callLater(name: string | symbol, args: readonly unknown[]): Promise<unknown> {
    this.#waits = true;
    const kept = args.map((arg) => snapshot(arg));
    return this.promise.then((value) => {
      const result = callMethod(value, name, kept);
      // A stream makes its call later, and a one-way call is never answered.
      if (!isPromise(result)) this.#keep();
      return result;
    });
  }

  #declared(name: string | symbol): Method | undefined {
    return this.#object?.definition.methods.find((declared) => declared.name === name);
  }

  /** Returns a method that can be called now, and creates the stub for it; else undefined. */
  #pipelinedMethod(name: string | symbol): Method | undefined {
    const { channel, definition } = this.#object ?? {};
    if (channel === undefined || definition === undefined) return undefined;
    const method = this.#declared(name);
    if (method?.kind !== "unary") return undefined;
    this.#stub ??= new definition.client(new PipelinedChannel(channel)) as Methods;
    return method;
  }

  /**
   * Returns the peer's answer. If the result turns out to be an object of this side, the peer
   * refuses to call it, and it is called here.
   */
  async #answerOf(sent: Promise<unknown>, method: Method, args: readonly unknown[]): Promise<unknown> {
    const kept = referenceUsage(method).args ? args : args.map((arg) => snapshot(arg));
    const atHome = this.promise.then(
      (value) => {
        // References in the arguments were passed on with the call.
        if (ClientStub.channelOf(value) !== undefined || referenceUsage(method).args) return undefined;
        const result = callMethod(value, method.name, kept);
        if (isPromise(result)) result.catch(() => {});
        return { result };
      },
      () => undefined,
    );
    try {
      return await sent;
    } catch (thrown) {
      if (!(thrown instanceof RpcError) || thrown.code !== "failedPrecondition") throw thrown;
      const called = await atHome;
      if (called === undefined) throw thrown;
      return called.result;
    }
  }

  #keep(): void {
    // A loop, here and below: recursion over a long chain would exhaust the stack.
    for (let one: PromisedResult | undefined = this; one !== undefined; one = one.#before) one.#kept = true;
  }

  /**
   * Counts unanswered calls. Releases results whose calls are all answered and that no one has
   * read.
   */
  #count(change: 1 | -1): void {
    for (let one: PromisedResult | undefined = this; one !== undefined; one = one.#before) {
      one.#unanswered += change;
      if (one.#unanswered === 0 && !one.#kept) one.promise.then(releaseResult, () => {});
    }
  }
}

/** Names that libraries look up, and sometimes call, to find out the kind of an unknown value. */
const probes = new Set([
  "toJSON",
  "asymmetricMatch",
  "toAsymmetricMatcher",
  "inspect",
  "nodeType",
  "tagName",
  "hasAttribute",
]);

/**
 * Returns true for these names, and for `$$typeof`, `_isMockFunction`, `__v_isRef` and the like.
 */
function isProbe(name: string): boolean {
  return probes.has(name) || !/^[a-z]/i.test(name);
}

/** @throws {TypeError} if there is no such method. */
export function callMethod(object: unknown, name: string | symbol, args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(Object(object), name);
  if (typeof found !== "function") throw new TypeError(`what was returned has no method ${String(name)}`);
  return Reflect.apply(found, object, args);
}

/** Releases an object of the peer; does nothing for any other value. */
export function releaseResult(value: unknown): void {
  if (typeof value === "object" && value !== null) release(value);
}
