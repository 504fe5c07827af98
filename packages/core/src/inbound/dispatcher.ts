import { type CapturedContext, contextStorage } from "../call/context-storage.js";
import { loopShare } from "../call/loop-share.js";
import type { Outbox } from "../call/outbox.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import { callEnded, callGivenUp } from "../references/exchanges.js";
import type { Announced } from "../references/imports.js";
import { onAllReleased } from "../references/ref-lifetime.js";
import { StreamProducer } from "../references/streams/stream-producer.js";
import { microtask } from "../runtime/real-time.js";
import { referenceUsage } from "../service/method.js";
import { labelOf } from "../service/service.js";
import type { CallTarget, PipelinedCallMessage } from "../wire/messages/call.js";
import type { RefusedMessage } from "../wire/messages/partial.js";
import type { Answers } from "./answers.js";
import { Confirmations } from "./confirmations.js";
import {
  type CalledKind,
  type DeferredCall,
  DeferredCalls,
  type InboundMessage,
  runningBytes,
} from "./deferred-calls.js";
import { Follower, Followers, type FoundMethod } from "./followers.js";
import { showRefusal } from "./handle-through.js";
import { IdMap } from "./id-map.js";
import { findMethod, type OfferedCalls, prepareCall, type RunningCall } from "./prepare-call.js";
import { runHandler } from "./run-handler.js";
import { RunningCalls } from "./running-calls.js";

/** What the dispatcher of a session works with. */
export interface DispatcherOptions extends OfferedCalls {
  readonly outbox: Outbox;
  readonly answers: Answers;
  /** Those that a call goes through now; undefined without any. */
  readonly interceptors: () => readonly Interceptor[] | undefined;
  /** The context in which handlers of services run. */
  readonly context: CapturedContext;
  readonly report: (error: unknown, method?: string) => void;
  /** Called whenever a handler has ended, or a call that waited does not begin. */
  readonly onIdle: () => void;
}

const nothingKept: DeferredCall["kept"] = [];
const noArgs: readonly unknown[] = [];

/** Turns of the microtask queue in which a handler that does not wait for anything outside has answered, with some awaits of its own. */
const turnsToAnswer = 8;

/**
 * Runs the peer's calls: starts handlers in the order of arrival, gives up those whose caller does, answers each call exactly once.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Calls that are not answered, and those that were answered with an object: they can be followed as long as the peer holds it. */
  readonly #answering = new IdMap<RunningCall | Follower>();
  readonly #running: RunningCalls;
  readonly #deferred: DeferredCalls;
  readonly #followers: Followers;
  readonly #confirmations: Confirmations;
  /** Why the connection is over, once it is. */
  #stopped: RpcError | undefined;
  #resuming = false;
  /** Synchronous calls under way: no handler may start inside one. */
  #holds = 0;
  /** The caller's time is up, before the answer or while it is a stream. */
  readonly #onExpire = (call: RunningCall, reason: RpcError) => {
    if (!call.answered) return this.#giveUp(call, reason);
    for (const stream of call.exported) if (stream instanceof StreamProducer) stream.fail(reason);
  };

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#running = new RunningCalls(options.limits, () => this.#resumeSoon());
    this.#deferred = new DeferredCalls(options.limits);
    this.#confirmations = new Confirmations(this.#deferred, options.outbox);
    this.#followers = new Followers({
      answering: this.#answering,
      deferred: this.#deferred,
      exports: options.references.exports,
      find: (to) => this.find(to),
      take: (message, bytes, announced) => this.take(message, bytes, announced),
      refuse: (message, thrown, announced) => this.#answerRefused(message, thrown, announced),
    });
  }

  /** Handlers that have not ended, and calls that have not begun. */
  get active(): number {
    return this.#running.size + this.#deferred.size + this.#followers.size;
  }

  /** The same in parts. */
  get counts(): { readonly running: number; readonly deferred: number } {
    return { running: this.#running.size, deferred: this.#deferred.size + this.#followers.size };
  }

  /**
   * Takes one call. It waits here, in order, while the peer does not read its answers or the calls of its kind that run hold as many bytes as
   * may be, and a one-way call also while as many handlers run as may: its caller would not be told of a refusal. Calls of objects go ahead of
   * those of services that wait for such bytes: what runs may need them to come to its end.
   * @throws {RpcError} if the peer breaks the protocol: the connection has to end.
   */
  take(message: InboundMessage, bytes: number, announced?: Announced): void {
    if (message.kind === "call" && (this.#answering.has(message.id) || this.#deferred.has(message.id)))
      this.#followers.reuse(message.id);
    const kind = this.#kindOf(message);
    const { exports } = this.#options.references;
    const target = kind === "object" ? exports.target(message.target) : undefined;
    const arrived: DeferredCall = { message, bytes, announced, target, kept: nothingKept };
    const waits = !this.#mayStart(kind, arrived) || (this.#deferred.size > 0 && !this.#mayOvertake(kind));
    if (!waits && (message.kind === "call" || !this.#running.full)) return this.#start(arrived);
    const kept = exports.targetsOf(target, announced?.received);
    const waiting = { ...message, args: message.args.copy() };
    const refusal = this.#deferred.add({ message: waiting, bytes, announced, target, kept }, kind);
    if (refusal !== undefined) return this.#refuse(message, refusal, announced);
    for (const one of kept) exports.keep(one);
  }

  /**
   * Takes a call of what another call will return.
   * @throws {RpcError} if the peer breaks the protocol: the connection has to end.
   */
  takeFollower(message: PipelinedCallMessage, bytes: number, announced?: Announced): void {
    this.#followers.reuse(message.id);
    this.#followers.take(message, bytes, announced);
  }

  /**
   * Starts what waits, as far as it may: the transport takes answers again, or a handler has ended. One at a time, and each gets a few turns to
   * answer: what waits may be a thousand calls, and the first answers decide whether the peer has room for more. All of them together share the
   * event loop with the rest of the thread. Never throws.
   */
  resume(): void {
    // A handler that ends at once leads back here: what follows goes on for it.
    if (this.#resuming) return;
    this.#resuming = true;
    void this.#options.context.runInAsyncScope(this.#startWaiting, this, undefined);
  }

  async #startWaiting(): Promise<void> {
    const mayStart = (kind: CalledKind, call: DeferredCall) => this.#mayStart(kind, call);
    while (!this.#running.full && this.#stopped === undefined) {
      const next = this.#deferred.next(mayStart);
      if (next === undefined) break;
      this.#start(next);
      this.#letGo(next);
      this.#confirmations.check();
      for (let turn = 0; turn < turnsToAnswer; turn++) await undefined;
      const pause = loopShare.step();
      if (pause !== undefined) await pause;
    }
    this.#resuming = false;
    this.#confirmations.check();
    this.#options.onIdle();
  }

  /** The peer asks to be told when the calls that came so far have begun. */
  confirm(number: number): void {
    this.#confirmations.ask(number);
  }

  /** Keeps what comes from being started, until {@link release}. */
  hold(): void {
    this.#holds++;
  }

  /** Starts what was kept, once the code that runs now has come to its end. */
  release(): void {
    this.#holds--;
    this.#resumeSoon();
  }

  /** The caller gave up. A call that was answered meanwhile, or that does not exist, is nobody's fault. */
  cancel(id: number, code: Code): void {
    const late = code === "deadlineExceeded";
    const reason = late
      ? new RpcError(code, "the caller's deadline passed")
      : new RpcError("cancelled", "the caller cancelled the call");
    const waiting = this.#deferred.remove(id);
    const call = this.#answering.get(id);
    if (waiting !== undefined) {
      this.#refuse(waiting.message, reason, waiting.announced);
      this.#letGo(waiting);
    } else if (call instanceof Follower) this.#followers.cancel(call, reason);
    else if (call !== undefined) this.#giveUp(call, reason);
    this.#confirmations.check();
    this.#options.onIdle();
  }

  /** Refuses a call that could not be read in full. */
  refuse(id: number, error: RpcError): void {
    this.#followers.reuse(id);
    this.#options.answers.error(id, "the call", error);
  }

  /** Refuses a call that the peer may not make. */
  deny(message: RefusedMessage): void {
    const { error, of, id } = message;
    if (of !== "notify") this.#followers.reuse(id);
    const found = of === "pipelinedCall" ? this.findFollowed(message) : this.find(message);
    const known = found instanceof RpcError ? undefined : found;
    const label = known === undefined ? "the call" : labelOf(known.definition, known.method);
    const interceptors = this.#options.interceptors();
    const { peer } = this.#options.connection;
    if (interceptors !== undefined && known !== undefined)
      showRefusal(interceptors, { ...known, peer, error });
    if (of === "notify") this.#options.report(error, label);
    else this.#options.answers.error(id, label, error);
  }

  /** What a call is for; undefined if there is no such method. */
  find(to: CallTarget): FoundMethod | undefined {
    return findMethod(this.#options, to);
  }

  /** What a call is for whose target is the result of another one, or why there is nothing to call. */
  findFollowed({ target, method }: CallTarget): FoundMethod | RpcError {
    return this.#followers.find(target, method);
  }

  /** The connection is over: handlers are told, nothing is answered any more. */
  stop(reason: RpcError): void {
    this.#stopped = reason;
    this.#reportDropped();
    this.#deferred.clear();
    this.#followers.clear();
    for (const call of this.#running) {
      call.answered = true;
      call.context.done();
      call.context.abort(reason);
    }
    this.#answering.clear();
    this.#running.clear();
  }

  /** The callers of one-way calls are not told, here least of all. */
  #reportDropped(): void {
    const { oneWay } = this.#deferred;
    if (oneWay === 0) return;
    const text = `${oneWay} one-way calls that waited to be started were dropped: the connection ended`;
    this.#options.report(new RpcError("unavailable", text));
  }

  #kindOf({ target }: CallTarget): CalledKind {
    return target < this.#options.services.length ? "service" : "object";
  }

  #resumeSoon(): void {
    if (this.#deferred.size > 0) microtask(() => this.resume());
  }

  /** True if a call may start now, if no other waits. */
  #mayStart(kind: CalledKind, call: DeferredCall): boolean {
    if (this.#options.outbox.congested || this.#holds > 0) return false;
    return this.#running.hasRoom(kind, runningBytes(call));
  }

  /** True if a call of this kind may start before those that wait: they are of the other kind, and wait for something else. */
  #mayOvertake(kind: CalledKind): boolean {
    if (this.#deferred.first(kind) !== undefined) return false;
    const otherKind = kind === "service" ? "object" : "service";
    const other = this.#deferred.first(otherKind);
    return other === undefined || !this.#mayStart(otherKind, other);
  }

  /** A deferred call has begun, or does not begin any more. */
  #letGo({ kept }: DeferredCall): void {
    for (const one of kept) this.#options.references.exports.letGo(one);
  }

  #start(inbound: DeferredCall): void {
    const { message, announced } = inbound;
    let call: RunningCall;
    try {
      if (this.#running.full) {
        const { maxCallsInFlight } = this.#options.limits;
        throw new RpcError("resourceExhausted", `maxCallsInFlight = ${maxCallsInFlight} calls are running`);
      }
      call = prepareCall(this.#options, inbound, this.#onExpire);
    } catch (thrown) {
      this.#refuse(message, RpcError.from(thrown, "internal"), announced);
      return;
    }
    this.#running.add(call);
    if (call.id !== undefined) this.#answering.set(call.id, call);
    this.#run(call);
  }

  #run(call: RunningCall): void {
    let result: unknown;
    try {
      result = runHandler(call, this.#options.interceptors());
      if (isThenable(result)) {
        result.then(
          (value) => this.#succeeded(call, value),
          (thrown) => this.#failed(call, thrown),
        );
        return;
      }
    } catch (thrown) {
      this.#failed(call, thrown);
      return;
    }
    this.#succeeded(call, result);
  }

  #succeeded(call: RunningCall, value: unknown): void {
    if (!call.answered && call.id !== undefined) {
      // Streams of the result are read as part of the call.
      if (referenceUsage(call.method).result) {
        contextStorage.run(call.context, () => this.#answer(call, value), call);
        this.#ended(call);
        return this.#followers.answered(call);
      }
      this.#answer(call, value);
    } else if (call.id !== undefined) {
      const { answers, references } = this.#options;
      answers.tooLate(call.method, value, references);
    }
    this.#ended(call);
  }

  #answer(call: RunningCall, value: unknown): void {
    const { answers, references } = this.#options;
    call.exported = answers.result(call.id as number, call, value, references);
  }

  #failed(call: RunningCall, thrown: unknown): void {
    const { id, context, answered } = call;
    if (id === undefined) this.#options.report(thrown, context.method);
    else if (!answered) this.#options.answers.thrown(id, call, thrown);
    this.#ended(call);
    // The id of one that was answered before may belong to another call by now.
    if (id !== undefined && !answered) this.#followers.failed(id, thrown);
  }

  /** The caller does not wait any more: answer now, whatever the handler still does. */
  #giveUp(call: RunningCall, reason: RpcError): void {
    if (call.answered) return;
    call.answered = true;
    if (call.id !== undefined) {
      this.#answering.delete(call.id);
      this.#options.answers.error(call.id, call.context.method, reason);
      this.#followers.failed(call.id, reason);
    }
    call.context.done();
    call.context.abort(reason);
    if (call.exchange !== undefined) callGivenUp(call.exchange.held, reason);
  }

  #ended(call: RunningCall): void {
    call.args = noArgs;
    if (this.#stopped !== undefined) {
      this.#running.giveBack(call);
      return this.#release(call);
    }
    if (!this.#running.delete(call)) return;
    if (!call.answered && call.id !== undefined) this.#answering.delete(call.id);
    call.answered = true;
    this.#linger(call);
    if (this.#deferred.size > 0) this.resume();
    this.#options.onIdle();
  }

  /** A call lives on as long as its caller holds what the answer brought. */
  #linger(call: RunningCall): void {
    const { context, exported } = call;
    if (exported.length === 0) return this.#release(call);
    if (call.method.kind !== "stream") context.endDeadline();
    this.#followers.remember(call);
    onAllReleased(exported, () => {
      this.#followers.forget(call);
      const reason =
        this.#stopped ?? new RpcError("cancelled", "the caller has released what the call returned");
      if (call.exchange !== undefined) callGivenUp(call.exchange.held, reason);
      this.#release(call);
      context.abort(reason);
    });
  }

  /** The call is over in every respect: what its arguments brought goes back. */
  #release(call: RunningCall): void {
    call.context.done();
    if (call.exchange !== undefined) callEnded(call.exchange.held);
  }

  #refuse(message: InboundMessage, error: RpcError, announced: Announced | undefined): void {
    this.#answerRefused(message, error, announced);
    if (message.kind === "call") this.#followers.failed(message.id, error);
  }

  #answerRefused(
    message: InboundMessage | PipelinedCallMessage,
    thrown: unknown,
    announced: Announced | undefined,
  ): void {
    if (announced !== undefined) this.#options.references.imports.refuse(announced);
    if (message.kind === "notify") this.#options.report(thrown);
    else this.#options.answers.error(message.id, "the call", thrown);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
