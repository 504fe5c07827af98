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

/** A method with the declaration that it stands in. */
export interface FoundMethod {
  readonly definition: ServiceDefinition<unknown>;
  readonly method: Method;
}

/** A call that waits for the object that another one will return. */
export class Follower {
  readonly message: PipelinedCallMessage;
  readonly bytes: number;
  /** What it refers to. */
  readonly announced: Announced | undefined;
  /** What it will call, by the declaration of the other call's result. */
  readonly method: Method;
  /** Objects of this side that the peer sends back with it, which are held for it. */
  readonly kept: readonly ExportedTarget[];

  constructor(
    message: PipelinedCallMessage,
    came: Pick<Follower, "bytes" | "announced" | "method" | "kept">,
  ) {
    this.message = message;
    this.bytes = came.bytes;
    this.announced = came.announced;
    this.method = came.method;
    this.kept = came.kept;
  }
}

/** What the followers of a session's calls work with. */
export interface FollowersOptions {
  /** The calls that are not answered, and those that were answered with an object which the peer still holds, by id. */
  readonly answering: IdMap<RunningCall | Follower>;
  /** Those that have not begun; what a follower costs while it waits is counted there. */
  readonly deferred: DeferredCalls;
  readonly exports: Pick<Exports, "targetsOf" | "keep" | "letGo">;
  readonly find: (to: CallTarget) => FoundMethod | undefined;
  /** Takes a call whose object is known. */
  readonly take: (message: CallMessage, bytes: number, announced: Announced | undefined) => void;
  /** Answers a call that does not come to run. Does not lead back here. */
  readonly refuse: (message: PipelinedCallMessage, thrown: unknown, announced: Announced | undefined) => void;
}

/**
 * The peer's calls of what other calls of its will return. Each waits until the call that it follows has been answered, and is then a call like any
 * other. An answered call can be followed as long as the peer holds the object: a follower may have been under way when it was answered.
 */
export class Followers {
  readonly #options: FollowersOptions;
  /** By the id of the call that they follow, in the order in which they came. */
  readonly #byLeader = new Map<number, Set<Follower>>();
  readonly #ready: { readonly follower: Follower; readonly target: number }[] = [];
  #size = 0;
  #starting = false;

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** Those that wait. */
  get size(): number {
    return this.#size;
  }

  /** What a follower of a call would call, or why it cannot call anything. */
  find(on: number, number: number): FoundMethod | RpcError {
    const leader = this.#methodOf(on);
    if (leader === undefined) {
      const nothing = `call ${on}, whose result was to be called, is not under way, and the caller holds no object that it has returned`;
      return new RpcError("failedPrecondition", nothing);
    }
    if (!(leader.result instanceof TargetShape)) {
      const data = `${leader.name}, whose result was to be called, does not return an object by reference`;
      return new RpcError("failedPrecondition", data);
    }
    const { definition } = leader.result;
    const method = definition.methods[number];
    if (method !== undefined && method.kind !== "notify") return { definition, method };
    return new RpcError(
      "unimplemented",
      `${definition.name} has no method number ${number} that can be called before it is there`,
    );
  }

  /**
   * The peer uses an id for a new call: what it stood for can be followed no more.
   * @throws {RpcError} `internal` if that has not been answered.
   */
  reuse(id: number): void {
    const { answering, deferred } = this.#options;
    const call = answering.get(id);
    if (call === undefined && !deferred.has(id)) return;
    if (call === undefined || call instanceof Follower || !call.answered)
      throw new RpcError("internal", `the peer used the id ${id} for two calls at once`);
    answering.delete(id);
  }

  /** A call was answered with something by reference: if that is an object, it can be followed as long as the peer holds it. */
  remember(call: RunningCall): void {
    if (call.id !== undefined && call.method.result instanceof TargetShape)
      this.#options.answering.set(call.id, call);
  }

  /** The peer has released what a call was answered with. */
  forget(call: RunningCall): void {
    const { answering } = this.#options;
    if (call.id !== undefined && answering.get(call.id) === call) answering.delete(call.id);
  }

  /** Takes a follower, whose id is free. It runs at once if the object is there. */
  take(message: PipelinedCallMessage, bytes: number, announced: Announced | undefined): void {
    const { answering, deferred, exports, refuse } = this.#options;
    const found = this.find(message.on, message.method);
    if (found instanceof RpcError) return refuse(message, found, announced);
    const refusal = deferred.reserve(bytes);
    if (refusal !== undefined) return refuse(message, refusal, announced);
    const kept = exports.targetsOf(undefined, announced?.received);
    const waiting = { ...message, args: message.args.copy() };
    const follower = new Follower(waiting, { bytes, announced, method: found.method, kept });
    for (const one of kept) exports.keep(one);
    this.#size++;
    answering.set(message.id, follower);
    const leader = answering.get(message.on);
    const target = leader === undefined || leader instanceof Follower ? undefined : objectOf(leader);
    if (target !== undefined) return this.#start(follower, target);
    const others = this.#byLeader.get(message.on);
    if (others === undefined) this.#byLeader.set(message.on, new Set([follower]));
    else others.add(follower);
  }

  /** A call that may have followers has been answered: they start, if it was with an object. */
  answered(call: RunningCall): void {
    const id = call.id as number;
    const followers = this.#byLeader.get(id);
    if (followers === undefined) return;
    const target = objectOf(call);
    if (target === undefined) {
      const none = `${call.context.method}, whose result was to be called, has returned no object of this side`;
      return this.failed(id, new RpcError("failedPrecondition", none));
    }
    this.#byLeader.delete(id);
    for (const follower of followers) this.#start(follower, target);
  }

  /** A call has failed: so do those that follow it, and those that follow these. */
  failed(id: number, thrown: unknown): void {
    const ids = [id];
    for (let next = ids.pop(); next !== undefined; next = ids.pop()) {
      const followers = this.#byLeader.get(next);
      if (followers === undefined) continue;
      this.#byLeader.delete(next);
      for (const follower of followers) {
        this.#refuse(follower, thrown);
        ids.push(follower.message.id);
      }
    }
  }

  /** The caller of a follower that waits has given it up. */
  cancel(follower: Follower, reason: RpcError): void {
    const { on, id } = follower.message;
    const others = this.#byLeader.get(on);
    if (others?.delete(follower) && others.size === 0) this.#byLeader.delete(on);
    this.#refuse(follower, reason);
    this.failed(id, reason);
  }

  /** The connection is over. */
  clear(): void {
    this.#byLeader.clear();
    this.#ready.length = 0;
    this.#size = 0;
  }

  /** One after the other: a handler that ends at once leads back here with those that follow it. */
  #start(follower: Follower, target: number): void {
    this.#ready.push({ follower, target });
    if (this.#starting) return;
    this.#starting = true;
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      const { message, bytes, announced } = next.follower;
      // One that was given up meanwhile is answered.
      if (this.#options.answering.get(message.id) !== next.follower) continue;
      this.#leave(next.follower);
      const { id, method, args, timeoutMs, metadata } = message;
      this.#options.take(
        { kind: "call", id, target: next.target, method, args, timeoutMs, metadata },
        bytes,
        announced,
      );
      this.#letGo(next.follower);
    }
    this.#starting = false;
  }

  #refuse(follower: Follower, thrown: unknown): void {
    this.#leave(follower);
    this.#options.refuse(follower.message, thrown, follower.announced);
    this.#letGo(follower);
  }

  #letGo({ kept }: Follower): void {
    for (const one of kept) this.#options.exports.letGo(one);
  }

  #leave({ message, bytes }: Follower): void {
    this.#size--;
    this.#options.deferred.giveBack(bytes);
    this.#options.answering.delete(message.id);
  }

  #methodOf(id: number): Method | undefined {
    const { answering, deferred, find } = this.#options;
    const running = answering.get(id)?.method;
    const waiting = deferred.get(id);
    if (running !== undefined || waiting === undefined) return running;
    // Its target may have been released since it came.
    const { target, message } = waiting;
    return target === undefined ? find(message)?.method : target.definition.methods[message.method];
  }
}

/** The number of the object that a call was answered with; undefined if it was not, or with nothing of this side. */
function objectOf({ answered, exported }: RunningCall): number | undefined {
  return answered ? exported[0]?.number : undefined;
}
