import { snapshot } from "../call/snapshot.js";
import { RpcError } from "../errors/rpc-error.js";
import { release } from "../references/shapes/handle.js";
import { isPromise } from "../runtime/brands.js";
import { type Method, referenceUsage } from "../service/method.js";
import type { PromisedObject } from "../service/service.js";
import { ClientStub } from "./client-stub.js";
import { laterObject, PipelinedChannel, promisedBy } from "./pipelined-channel.js";

type Methods = Readonly<Record<string | symbol, unknown>>;

/** What one call of a chain will give, and the calls that are made of it before it is there. */
export class PromisedResult {
  readonly promise: Promise<unknown>;
  readonly #object: PromisedObject | undefined;
  /** What this was called on, unless that was there. */
  readonly #before: PromisedResult | undefined;
  /** Calls of it, and of what these give, that are not answered. */
  #unanswered = 0;
  #kept = false;
  /** A call of it waits for it, and those after that do too: calls of one object go out in their order. */
  #waits = false;
  #stub: Methods | undefined;

  constructor(promise: Promise<unknown>, object: PromisedObject | undefined, before?: PromisedResult) {
    this.promise = promise;
    this.#object = object;
    this.#before = before;
  }

  /** The program has looked at it itself, and lets go of it itself. */
  look(): void {
    this.#kept = true;
  }

  /** The type of what it will be has this method. */
  declares(name: string | symbol): boolean {
    return this.#declared(name) !== undefined;
  }

  /** The result may have this method. Of data, and of a local object, the type is not known here. */
  mayHave(name: string | symbol): name is string {
    if (typeof name === "symbol") return false;
    return this.#object === undefined ? !isProbe(name) : this.declares(name);
  }

  /** Calls a method of what it will be. */
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
    // Its error is that of the calls that follow it.
    this.promise.catch(() => {});
    return callMethod(this.#stub, name, args) as Promise<unknown>;
  }

  #callLater(name: string | symbol, args: readonly unknown[]): Promise<unknown> {
    this.#waits = true;
    const kept = args.map((arg) => snapshot(arg));
    return this.promise.then((value) => {
      const result = callMethod(value, name, kept);
      // A stream makes its call later, and a one-way call is not answered.
      if (!isPromise(result)) this.#keep();
      return result;
    });
  }

  #declared(name: string | symbol): Method | undefined {
    return this.#object?.definition.methods.find((declared) => declared.name === name);
  }

  /** A method that can be called now, with a stub to call it on. */
  #pipelinedMethod(name: string | symbol): Method | undefined {
    const { channel, definition } = this.#object ?? {};
    if (channel === undefined || definition === undefined) return undefined;
    const method = this.#declared(name);
    if (method?.kind !== "unary") return undefined;
    this.#stub ??= new definition.client(new PipelinedChannel(channel)) as Methods;
    return method;
  }

  /** The answer of the peer, unless what was returned turns out to be an object of this side: the peer refuses to call that, and here it is at hand. */
  async #answerOf(sent: Promise<unknown>, method: Method, args: readonly unknown[]): Promise<unknown> {
    const kept = referenceUsage(method).args ? args : args.map((arg) => snapshot(arg));
    const atHome = this.promise.then(
      (value) => {
        // What the arguments refer to was given away with the call.
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
    // Loops, here and below: a chain may be longer than the stack is deep.
    for (let one: PromisedResult | undefined = this; one !== undefined; one = one.#before) one.#kept = true;
  }

  /** Lets go of what nobody but calls that are answered has looked at. */
  #count(change: 1 | -1): void {
    for (let one: PromisedResult | undefined = this; one !== undefined; one = one.#before) {
      one.#unanswered += change;
      if (one.#unanswered === 0 && !one.#kept) one.promise.then(letGo, () => {});
    }
  }
}

/** The names by which libraries ask a value of unknown type for its kind, and whose methods some of them call. */
const probes = new Set([
  "toJSON",
  "asymmetricMatch",
  "toAsymmetricMatcher",
  "inspect",
  "nodeType",
  "tagName",
  "hasAttribute",
]);

/** Also `$$typeof`, `_isMockFunction`, `__v_isRef`, `@@__IMMUTABLE_ITERABLE__@@` and their kind. */
function isProbe(name: string): boolean {
  return probes.has(name) || !/^[a-z]/i.test(name);
}

/** @throws {TypeError} if there is no such method. */
export function callMethod(object: unknown, name: string | symbol, args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(Object(object), name);
  if (typeof found !== "function") throw new TypeError(`what was returned has no method ${String(name)}`);
  return Reflect.apply(found, object, args);
}

/** Gives up an object of the peer; anything else is left as it is. */
export function letGo(value: unknown): void {
  if (typeof value === "object" && value !== null) release(value);
}
