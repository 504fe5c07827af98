import { type CapturedContext, contextStorage } from "../call/context-storage.js";
import { loopShare } from "../call/loop-share.js";
import type { MessageSender } from "../call/message-sender.js";
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
import { Confirmations } from "./confirmations.js";
import {
  type CalledKind,
  type DeferredCall,
  DeferredCalls,
  type InboundMessage,
  runningBytes,
} from "./deferred-calls.js";
import { IdMap } from "./id-map.js";
import { showRefusal } from "./intercept-server-call.js";
import { type FoundMethod, PipelinedCall, PipelinedCalls } from "./pipelined-calls.js";
import { findMethod, type OfferedCalls, prepareCall, type RunningCall } from "./prepare-call.js";
import type { Responder } from "./responder.js";
import { runHandler } from "./run-handler.js";
import { RunningCalls } from "./running-calls.js";

/** Options for {@link Dispatcher}. */
export interface DispatcherOptions extends OfferedCalls {
  readonly sender: MessageSender;
  readonly responder: Responder;
  /** Returns the interceptors in effect now; undefined if there are none. */
  readonly interceptors: () => readonly Interceptor[] | undefined;
  /** The context in which handlers of services run. */
  readonly context: CapturedContext;
  readonly report: (error: unknown, method?: string) => void;
  /** Called whenever a handler has ended or a queued call is removed. */
  readonly onIdle: () => void;
}

const nothingKept: DeferredCall["kept"] = [];
const noArgs: readonly unknown[] = [];

/**
 * Turns of the microtask queue within which a handler with a few awaits and no I/O has answered.
 */
const turnsToAnswer = 8;

/**
 * Runs the peer's calls. Starts handlers in the order of arrival, aborts those whose caller
 * cancels, and answers each call exactly once.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /**
   * Unanswered calls, and calls that returned an object which the peer still holds: they can be the
   * base of pipelined calls.
   */
  readonly #answering = new IdMap<RunningCall | PipelinedCall>();
  readonly #running: RunningCalls;
  readonly #deferred: DeferredCalls;
  readonly #pipelined: PipelinedCalls;
  readonly #confirmations: Confirmations;
  /** The reason why the connection has ended; undefined while it is open. */
  #stopped: RpcError | undefined;
  #resuming = false;
  /** Number of synchronous calls in flight. No handler may start inside one. */
  #holds = 0;
  /** Handles a deadline that passes before the answer, or during a returned stream. */
  readonly #onExpire = (call: RunningCall, reason: RpcError) => {
    if (!call.answered) return this.#cancel(call, reason);
    for (const stream of call.exported) if (stream instanceof StreamProducer) stream.fail(reason);
  };

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#running = new RunningCalls(options.limits, () => this.#resumeSoon());
    this.#deferred = new DeferredCalls(options.limits);
    this.#confirmations = new Confirmations(this.#deferred, options.sender);
    this.#pipelined = new PipelinedCalls({
      answering: this.#answering,
      deferred: this.#deferred,
      exports: options.references.exports,
      find: (to) => this.find(to),
      take: (message, bytes, announced) => this.take(message, bytes, announced),
      refuse: (message, thrown, announced) => this.#answerRefused(message, thrown, announced),
    });
  }

  /** Number of running and queued calls. */
  get active(): number {
    return this.#running.size + this.#deferred.size + this.#pipelined.size;
  }

  /** Numbers of running and of queued calls. */
  get counts(): { readonly running: number; readonly deferred: number } {
    return { running: this.#running.size, deferred: this.#deferred.size + this.#pipelined.size };
  }

  /**
   * Starts or queues one call. It is queued while the peer does not read its answers, or while the
   * running calls of its kind use up the memory limit. A one-way call is also queued while the
   * concurrency limit is reached, because its caller would not see a refusal. Calls of objects
   * overtake calls of services that wait for memory: running handlers may need them to finish.
   * @throws {RpcError} if the peer violates the protocol. The connection has to end then.
   */
  take(message: InboundMessage, bytes: number, announced?: Announced): void {
    if (message.kind === "call" && (this.#answering.has(message.id) || this.#deferred.has(message.id)))
      this.#pipelined.reuse(message.id);
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
   * Queues or starts a pipelined call.
   * @throws {RpcError} if the peer violates the protocol. The connection has to end then.
   */
  takePipelined(message: PipelinedCallMessage, bytes: number, announced?: Announced): void {
    this.#pipelined.reuse(message.id);
    this.#pipelined.take(message, bytes, announced);
  }

  /**
   * Starts queued calls as far as the limits allow. Called after congestion and when a handler has
   * ended. Calls start one at a time, and each gets a few turns to answer: a thousand may be
   * queued, and the first answers show whether the peer reads. Together they share the event loop
   * with the rest of the thread. Never throws.
   */
  resume(): void {
    // A handler that ends at once calls this again. The outer run continues.
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
      this.#releaseKept(next);
      this.#confirmations.check();
      for (let turn = 0; turn < turnsToAnswer; turn++) await undefined;
      const pause = loopShare.step();
      if (pause !== undefined) await pause;
    }
    this.#resuming = false;
    this.#confirmations.check();
    this.#options.onIdle();
  }

  /** Confirms to the peer when the calls received so far have begun. */
  confirm(number: number): void {
    this.#confirmations.ask(number);
  }

  /** Queues all calls until {@link release}. */
  hold(): void {
    this.#holds++;
  }

  /** Starts the queued calls once the code that runs now has finished. */
  release(): void {
    this.#holds--;
    this.#resumeSoon();
  }

  /** Cancels a call for its caller. Ignores a call that is already answered or unknown. */
  cancel(id: number, code: Code): void {
    const late = code === "deadlineExceeded";
    const reason = late
      ? new RpcError(code, "the caller's deadline passed")
      : new RpcError("cancelled", "the caller cancelled the call");
    const waiting = this.#deferred.remove(id);
    const call = this.#answering.get(id);
    if (waiting !== undefined) {
      this.#refuse(waiting.message, reason, waiting.announced);
      this.#releaseKept(waiting);
    } else if (call instanceof PipelinedCall) this.#pipelined.cancel(call, reason);
    else if (call !== undefined) this.#cancel(call, reason);
    this.#confirmations.check();
    this.#options.onIdle();
  }

  /** Refuses a call that could not be read in full. */
  refuse(id: number, error: RpcError): void {
    this.#pipelined.reuse(id);
    this.#options.responder.error(id, "the call", error);
  }

  /** Refuses a call that the peer may not make. */
  deny(message: RefusedMessage): void {
    const { error, of, id } = message;
    if (of !== "notify") this.#pipelined.reuse(id);
    const found = of === "pipelinedCall" ? this.findPipelined(message) : this.find(message);
    const known = found instanceof RpcError ? undefined : found;
    const label = known === undefined ? "the call" : labelOf(known.definition, known.method);
    const interceptors = this.#options.interceptors();
    const { peer } = this.#options.connection;
    if (interceptors !== undefined && known !== undefined)
      showRefusal(interceptors, { ...known, peer, error });
    if (of === "notify") this.#options.report(error, label);
    else this.#options.responder.error(id, label, error);
  }

  /** Returns the method that a call is for; undefined if there is none. */
  find(to: CallTarget): FoundMethod | undefined {
    return findMethod(this.#options, to);
  }

  /** Returns the method that a pipelined call is for, or the reason why it cannot be called. */
  findPipelined({ target, method }: CallTarget): FoundMethod | RpcError {
    return this.#pipelined.find(target, method);
  }

  /** Aborts all handlers, because the connection has ended. No call is answered any more. */
  stop(reason: RpcError): void {
    this.#stopped = reason;
    this.#reportDropped();
    this.#deferred.clear();
    this.#pipelined.clear();
    for (const call of this.#running) {
      call.answered = true;
      call.context.done();
      call.context.abort(reason);
    }
    this.#answering.clear();
    this.#running.clear();
  }

  /** Reports the queued one-way calls that are dropped, because their callers get no error. */
  #reportDropped(): void {
    const { oneWay } = this.#deferred;
    if (oneWay === 0) return;
    const text = `${oneWay} queued one-way calls were dropped: the connection ended`;
    this.#options.report(new RpcError("unavailable", text));
  }

  #kindOf({ target }: CallTarget): CalledKind {
    return target < this.#options.services.length ? "service" : "object";
  }

  #resumeSoon(): void {
    if (this.#deferred.size > 0) microtask(() => this.resume());
  }

  /** Returns true if a call may start now, apart from calls that are queued before it. */
  #mayStart(kind: CalledKind, call: DeferredCall): boolean {
    if (this.#options.sender.congested || this.#holds > 0) return false;
    return this.#running.hasRoom(kind, runningBytes(call));
  }

  /** Returns true if all queued calls are of the other kind and cannot start yet. */
  #mayOvertake(kind: CalledKind): boolean {
    if (this.#deferred.first(kind) !== undefined) return false;
    const otherKind = kind === "service" ? "object" : "service";
    const other = this.#deferred.first(otherKind);
    return other === undefined || !this.#mayStart(otherKind, other);
  }

  /** Releases the objects that were held for a queued call. */
  #releaseKept({ kept }: DeferredCall): void {
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
      // Streams in the result are read in the context of the call.
      if (referenceUsage(call.method).result) {
        contextStorage.run(call.context, () => this.#answer(call, value), call);
        this.#ended(call);
        return this.#pipelined.answered(call);
      }
      this.#answer(call, value);
    } else if (call.id !== undefined) {
      const { responder, references } = this.#options;
      responder.discardResult(call.method, value, references);
    }
    this.#ended(call);
  }

  #answer(call: RunningCall, value: unknown): void {
    const { responder, references } = this.#options;
    call.exported = responder.result(call.id as number, call, value, references);
  }

  #failed(call: RunningCall, thrown: unknown): void {
    const { id, context, answered } = call;
    if (id === undefined) this.#options.report(thrown, context.method);
    else if (!answered) this.#options.responder.thrown(id, call, thrown);
    this.#ended(call);
    // The id of a call that was answered before may belong to another call by now.
    if (id !== undefined && !answered) this.#pipelined.failed(id, thrown);
  }

  /** Responder a call that was cancelled or timed out at once, while its handler may still run. */
  #cancel(call: RunningCall, reason: RpcError): void {
    if (call.answered) return;
    call.answered = true;
    if (call.id !== undefined) {
      this.#answering.delete(call.id);
      this.#options.responder.error(call.id, call.context.method, reason);
      this.#pipelined.failed(call.id, reason);
    }
    call.context.done();
    call.context.abort(reason);
    if (call.exchange !== undefined) callGivenUp(call.exchange.held, reason);
  }

  #ended(call: RunningCall): void {
    call.args = noArgs;
    if (this.#stopped !== undefined) {
      this.#running.releaseBytes(call);
      return this.#release(call);
    }
    if (!this.#running.delete(call)) return;
    if (!call.answered && call.id !== undefined) this.#answering.delete(call.id);
    call.answered = true;
    this.#linger(call);
    if (this.#deferred.size > 0) this.resume();
    this.#options.onIdle();
  }

  /** Keeps the context of a call alive as long as its caller holds references from the result. */
  #linger(call: RunningCall): void {
    const { context, exported } = call;
    if (exported.length === 0) return this.#release(call);
    if (call.method.kind !== "stream") context.endDeadline();
    this.#pipelined.remember(call);
    onAllReleased(exported, () => {
      this.#pipelined.forget(call);
      const reason =
        this.#stopped ?? new RpcError("cancelled", "the caller has released what the call returned");
      if (call.exchange !== undefined) callGivenUp(call.exchange.held, reason);
      this.#release(call);
      context.abort(reason);
    });
  }

  /** Ends the context of a call and releases the references in its arguments. */
  #release(call: RunningCall): void {
    call.context.done();
    if (call.exchange !== undefined) callEnded(call.exchange.held);
  }

  #refuse(message: InboundMessage, error: RpcError, announced: Announced | undefined): void {
    this.#answerRefused(message, error, announced);
    if (message.kind === "call") this.#pipelined.failed(message.id, error);
  }

  #answerRefused(
    message: InboundMessage | PipelinedCallMessage,
    thrown: unknown,
    announced: Announced | undefined,
  ): void {
    if (announced !== undefined) this.#options.references.imports.refuse(announced);
    if (message.kind === "notify") this.#options.report(thrown);
    else this.#options.responder.error(message.id, "the call", thrown);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
