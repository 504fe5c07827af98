import { RpcError } from "../errors/rpc-error.js";
import type { ExportedTarget } from "../references/exported-target.js";
import type { Exports } from "../references/exports.js";
import type { Announced } from "../references/imports.js";
import { TargetShape } from "../references/shapes/target-shape.js";
import type { Method } from "../service/method.js";
import type { ServiceDefinition } from "../service/service.js";
import type { CallMessage, CallTarget, PipelinedCallMessage } from "../wire/messages/call.js";
import type { DeferredCalls } from "./deferred-calls.js";
import type { IdMap } from "./id-map.js";
import type { RunningCall } from "./prepare-call.js";

/** A method and its declaration. */
export interface FoundMethod {
  readonly definition: ServiceDefinition<unknown>;
  readonly method: Method;
}

/** A pipelined call: it waits for the object that its base call returns. */
export class PipelinedCall {
  readonly message: PipelinedCallMessage;
  readonly bytes: number;
  /** References in the arguments. */
  readonly announced: Announced | undefined;
  /** The method that it will call, from the declared result of the base call. */
  readonly method: Method;
  /** Objects of this side that the peer sends back, held for this call. */
  readonly kept: readonly ExportedTarget[];

  constructor(
    message: PipelinedCallMessage,
    came: Pick<PipelinedCall, "bytes" | "announced" | "method" | "kept">,
  ) {
    this.message = message;
    this.bytes = came.bytes;
    this.announced = came.announced;
    this.method = came.method;
    this.kept = came.kept;
  }
}

/** Options for {@link PipelinedCalls}. */
export interface PipelinedCallsOptions {
  /** Unanswered calls, and calls that returned an object which the peer still holds, by id. */
  readonly answering: IdMap<RunningCall | PipelinedCall>;
  /** Queued calls. They also count the memory of pipelined calls that wait. */
  readonly deferred: DeferredCalls;
  readonly exports: Pick<Exports, "targetsOf" | "keep" | "letGo">;
  readonly find: (to: CallTarget) => FoundMethod | undefined;
  /** Starts or queues a call whose object is known. */
  readonly take: (message: CallMessage, bytes: number, announced: Announced | undefined) => void;
  /** Answers a call that never runs. Must not call back into this class. */
  readonly refuse: (message: PipelinedCallMessage, thrown: unknown, announced: Announced | undefined) => void;
}

/**
 * The peer's pipelined calls. Each waits until its base call has been answered, and is then a call
 * like any other. An answered call stays available as a base while the peer holds its object,
 * because a pipelined call may have been in flight when the answer was sent.
 */
export class PipelinedCalls {
  readonly #options: PipelinedCallsOptions;
  /** Pipelined calls by the id of their base call, in order of arrival. */
  readonly #byBase = new Map<number, Set<PipelinedCall>>();
  readonly #ready: { readonly pipelined: PipelinedCall; readonly target: number }[] = [];
  #size = 0;
  #starting = false;

  constructor(options: PipelinedCallsOptions) {
    this.#options = options;
  }

  /** Number of waiting calls. */
  get size(): number {
    return this.#size;
  }

  /** Returns the method that a pipelined call would call, or the reason why it cannot. */
  find(on: number, number: number): FoundMethod | RpcError {
    const base = this.#methodOf(on);
    if (base === undefined) {
      const nothing = `call ${on}, whose result was to be called, is not in flight, and the caller holds no object that it returned`;
      return new RpcError("failedPrecondition", nothing);
    }
    if (!(base.result instanceof TargetShape)) {
      const data = `${base.name}, whose result was to be called, does not return an object by reference`;
      return new RpcError("failedPrecondition", data);
    }
    const { definition } = base.result;
    const method = definition.methods[number];
    if (method !== undefined && method.kind !== "notify") return { definition, method };
    return new RpcError(
      "unimplemented",
      `${definition.name} has no method number ${number} that can be pipelined`,
    );
  }

  /**
   * Frees an id that the peer uses for a new call. The old call is no longer a base.
   * @throws {RpcError} `internal` if the old call has not been answered.
   */
  reuse(id: number): void {
    const { answering, deferred } = this.#options;
    const call = answering.get(id);
    if (call === undefined && !deferred.has(id)) return;
    if (call === undefined || call instanceof PipelinedCall || !call.answered)
      throw new RpcError("internal", `the peer used the id ${id} for two calls at once`);
    answering.delete(id);
  }

  /** Keeps a call that returned an object as a base while the peer holds the object. */
  remember(call: RunningCall): void {
    if (call.id !== undefined && call.method.result instanceof TargetShape)
      this.#options.answering.set(call.id, call);
  }

  /** Removes a call as a base, because the peer has released its object. */
  forget(call: RunningCall): void {
    const { answering } = this.#options;
    if (call.id !== undefined && answering.get(call.id) === call) answering.delete(call.id);
  }

  /** Takes a pipelined call, whose id is free. It starts at once if the object is known. */
  take(message: PipelinedCallMessage, bytes: number, announced: Announced | undefined): void {
    const { answering, deferred, exports, refuse } = this.#options;
    const found = this.find(message.on, message.method);
    if (found instanceof RpcError) return refuse(message, found, announced);
    const refusal = deferred.reserve(bytes);
    if (refusal !== undefined) return refuse(message, refusal, announced);
    const kept = exports.targetsOf(undefined, announced?.received);
    const waiting = { ...message, args: message.args.copy() };
    const pipelined = new PipelinedCall(waiting, { bytes, announced, method: found.method, kept });
    for (const one of kept) exports.keep(one);
    this.#size++;
    answering.set(message.id, pipelined);
    const base = answering.get(message.on);
    const target = base === undefined || base instanceof PipelinedCall ? undefined : objectOf(base);
    if (target !== undefined) return this.#start(pipelined, target);
    const others = this.#byBase.get(message.on);
    if (others === undefined) this.#byBase.set(message.on, new Set([pipelined]));
    else others.add(pipelined);
  }

  /** Starts the calls that are pipelined on an answered call, or fails them without an object. */
  answered(call: RunningCall): void {
    const id = call.id as number;
    const calls = this.#byBase.get(id);
    if (calls === undefined) return;
    const target = objectOf(call);
    if (target === undefined) {
      const none = `${call.context.method}, whose result was to be called, did not return an object of this side`;
      return this.failed(id, new RpcError("failedPrecondition", none));
    }
    this.#byBase.delete(id);
    for (const pipelined of calls) this.#start(pipelined, target);
  }

  /** Fails the calls that are pipelined on a failed call, and those on them. */
  failed(id: number, thrown: unknown): void {
    const ids = [id];
    for (let next = ids.pop(); next !== undefined; next = ids.pop()) {
      const calls = this.#byBase.get(next);
      if (calls === undefined) continue;
      this.#byBase.delete(next);
      for (const pipelined of calls) {
        this.#refuse(pipelined, thrown);
        ids.push(pipelined.message.id);
      }
    }
  }

  /** Cancels a waiting pipelined call for its caller. */
  cancel(pipelined: PipelinedCall, reason: RpcError): void {
    const { on, id } = pipelined.message;
    const others = this.#byBase.get(on);
    if (others?.delete(pipelined) && others.size === 0) this.#byBase.delete(on);
    this.#refuse(pipelined, reason);
    this.failed(id, reason);
  }

  /** Removes everything, because the connection has ended. */
  clear(): void {
    this.#byBase.clear();
    this.#ready.length = 0;
    this.#size = 0;
  }

  /** Starts a call. A handler that ends at once calls this again, so calls start in a loop. */
  #start(pipelined: PipelinedCall, target: number): void {
    this.#ready.push({ pipelined, target });
    if (this.#starting) return;
    this.#starting = true;
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      const { message, bytes, announced } = next.pipelined;
      // A call that was cancelled meanwhile is already answered.
      if (this.#options.answering.get(message.id) !== next.pipelined) continue;
      this.#leave(next.pipelined);
      const { id, method, args, timeoutMs, metadata } = message;
      this.#options.take(
        { kind: "call", id, target: next.target, method, args, timeoutMs, metadata },
        bytes,
        announced,
      );
      this.#releaseKept(next.pipelined);
    }
    this.#starting = false;
  }

  #refuse(pipelined: PipelinedCall, thrown: unknown): void {
    this.#leave(pipelined);
    this.#options.refuse(pipelined.message, thrown, pipelined.announced);
    this.#releaseKept(pipelined);
  }

  #releaseKept({ kept }: PipelinedCall): void {
    for (const one of kept) this.#options.exports.letGo(one);
  }

  #leave({ message, bytes }: PipelinedCall): void {
    this.#size--;
    this.#options.deferred.releaseBytes(bytes);
    this.#options.answering.delete(message.id);
  }

  #methodOf(id: number): Method | undefined {
    const { answering, deferred, find } = this.#options;
    const running = answering.get(id)?.method;
    const waiting = deferred.get(id);
    if (running !== undefined || waiting === undefined) return running;
    // Its target may have been released since it arrived.
    const { target, message } = waiting;
    return target === undefined ? find(message)?.method : target.definition.methods[message.method];
  }
}

/**
 * Returns the number of the object that a call returned; undefined without an answer or an object.
 */
function objectOf({ answered, exported }: RunningCall): number | undefined {
  return answered ? exported[0]?.number : undefined;
}
