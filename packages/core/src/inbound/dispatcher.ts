import type { CapturedContext } from "../call/context-storage.js";
import type { MessageSender } from "../call/message-sender.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import type { Announced } from "../references/imports.js";
import { labelOf } from "../service/service.js";
import type { CallTarget, PipelinedCallMessage } from "../wire/messages/call.js";
import type { RefusedMessage } from "../wire/messages/partial.js";
import { CallQueue } from "./call-queue.js";
import { CallRunner } from "./call-runner.js";
import type { CalledKind, DeferredCall, InboundMessage } from "./deferred-calls.js";
import { IdMap } from "./id-map.js";
import { showRefusal } from "./intercept-server-call.js";
import { type FoundMethod, PipelinedCall, PipelinedCalls } from "./pipelined-calls.js";
import { findMethod, type OfferedCalls, type RunningCall } from "./prepare-call.js";
import type { Responder } from "./responder.js";
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

/**
 * Takes the peer's calls: hands each to the queue or to the runner in the order of arrival, and
 * cancels those whose caller cancels.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /**
   * Unanswered calls, and calls that returned an object which the peer still holds: they can be the
   * base of pipelined calls.
   */
  readonly #answering = new IdMap<RunningCall | PipelinedCall>();
  readonly #running: RunningCalls;
  readonly #queue: CallQueue;
  readonly #pipelined: PipelinedCalls;
  readonly #runner: CallRunner;

  constructor(options: DispatcherOptions) {
    const { limits, sender, context, onIdle } = options;
    const { exports } = options.references;
    this.#options = options;
    this.#running = new RunningCalls(limits, () => this.#queue.resumeSoon());
    this.#queue = new CallQueue({
      limits,
      sender,
      running: this.#running,
      exports,
      context,
      start: (call) => this.#runner.start(call),
      onIdle,
    });
    this.#pipelined = new PipelinedCalls({
      answering: this.#answering,
      deferred: this.#queue.calls,
      exports,
      find: (to) => this.find(to),
      take: (message, bytes, announced) => this.take(message, bytes, announced),
      refuse: (message, thrown, announced) => this.#runner.answerRefused(message, thrown, announced),
    });
    this.#runner = new CallRunner({
      services: options.services,
      limits,
      connection: options.connection,
      references: options.references,
      responder: options.responder,
      interceptors: options.interceptors,
      report: options.report,
      answering: this.#answering,
      running: this.#running,
      pipelined: this.#pipelined,
      onEnded: () => {
        if (this.#queue.calls.size > 0) this.#queue.resume();
        onIdle();
      },
    });
  }

  /** Number of running and queued calls. */
  get active(): number {
    return this.#running.size + this.#waiting;
  }

  /** Numbers of running and of queued calls. */
  get counts(): { readonly running: number; readonly deferred: number } {
    return { running: this.#running.size, deferred: this.#waiting };
  }

  get #waiting(): number {
    return this.#queue.calls.size + this.#pipelined.size;
  }

  /**
   * Starts or queues one call.
   * @throws {RpcError} if the peer violates the protocol. The connection has to end then.
   */
  take(message: InboundMessage, bytes: number, announced?: Announced): void {
    if (message.kind === "call") this.#pipelined.reuse(message.id);
    const kind = this.#kindOf(message);
    const target = kind === "object" ? this.#options.references.exports.target(message.target) : undefined;
    const call: DeferredCall = { message, bytes, announced, target, kept: nothingKept };
    if (this.#queue.startsAtOnce(kind, call)) return this.#runner.start(call);
    const refusal = this.#queue.add(kind, call);
    if (refusal !== undefined) this.#runner.refuse(message, refusal, announced);
  }

  /**
   * Queues or starts a pipelined call.
   * @throws {RpcError} if the peer violates the protocol. The connection has to end then.
   */
  takePipelined(message: PipelinedCallMessage, bytes: number, announced?: Announced): void {
    this.#pipelined.reuse(message.id);
    this.#pipelined.take(message, bytes, announced);
  }

  /** Starts queued calls as far as the limits allow. Called after congestion. Never throws. */
  resume(): void {
    this.#queue.resume();
  }

  /** Confirms to the peer when the calls received so far have begun. */
  confirm(number: number): void {
    this.#queue.confirm(number);
  }

  /** Queues all calls until {@link release}. */
  hold(): void {
    this.#queue.hold();
  }

  /** Starts the queued calls once the code that runs now has finished. */
  release(): void {
    this.#queue.release();
  }

  /** Cancels a call for its caller. Ignores a call that is already answered or unknown. */
  cancel(id: number, code: Code): void {
    const late = code === "deadlineExceeded";
    const reason = late
      ? new RpcError(code, "the caller's deadline passed")
      : new RpcError("cancelled", "the caller cancelled the call");
    const call = this.#answering.get(id);
    const refuse = ({ message, announced }: DeferredCall) => this.#runner.refuse(message, reason, announced);
    if (!this.#queue.refuse(id, refuse)) {
      if (call instanceof PipelinedCall) this.#pipelined.cancel(call, reason);
      else if (call !== undefined) this.#runner.cancel(call, reason);
    }
    this.#queue.checkConfirmation();
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
    const dropped = this.#queue.stop();
    this.#pipelined.clear();
    this.#runner.stop(reason);
    if (dropped === 0) return;
    // The callers of one-way calls get no error.
    const text = `${dropped} queued one-way calls were dropped: the connection ended`;
    this.#options.report(new RpcError("unavailable", text));
  }

  #kindOf({ target }: CallTarget): CalledKind {
    return target < this.#options.services.length ? "service" : "object";
  }
}
