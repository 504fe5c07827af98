import { contextStorage } from "../call/context-storage.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import { callEnded, callGivenUp } from "../references/exchanges.js";
import type { Announced } from "../references/imports.js";
import { onAllReleased } from "../references/ref-lifetime.js";
import { StreamProducer } from "../references/streams/stream-producer.js";
import { referenceUsage } from "../service/method.js";
import type { PipelinedCallMessage } from "../wire/messages/call.js";
import type { DeferredCall, InboundMessage } from "./deferred-calls.js";
import type { IdMap } from "./id-map.js";
import type { PipelinedCall, PipelinedCalls } from "./pipelined-calls.js";
import { type OfferedCalls, prepareCall, type RunningCall } from "./prepare-call.js";
import type { Responder } from "./responder.js";
import { runHandler } from "./run-handler.js";
import type { RunningCalls } from "./running-calls.js";

/** Options for {@link CallRunner}. */
export interface CallRunnerOptions extends OfferedCalls {
  readonly responder: Responder;
  /** Returns the interceptors in effect now; undefined if there are none. */
  readonly interceptors: () => readonly Interceptor[] | undefined;
  readonly report: (error: unknown, method?: string) => void;
  /** Unanswered calls, and calls that returned an object which the peer still holds, by id. */
  readonly answering: IdMap<RunningCall | PipelinedCall>;
  readonly running: RunningCalls;
  /** Calls on the results of the calls that run here. */
  readonly pipelined: PipelinedCalls;
  /** Called when a handler has ended and its place is free. */
  readonly onEnded: () => void;
}

const noArgs: readonly unknown[] = [];

/** Runs the peer's calls, from their arguments to exactly one answer each. */
export class CallRunner {
  readonly #options: CallRunnerOptions;
  /** The reason why the connection has ended; undefined while it is open. */
  #stopped: RpcError | undefined;
  /** Handles a deadline that passes before the answer, or during a returned stream. */
  readonly #onExpire = (call: RunningCall, reason: RpcError) => {
    if (!call.answered) return this.cancel(call, reason);
    for (const stream of call.exported) if (stream instanceof StreamProducer) stream.fail(reason);
  };

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /** Starts the handler of a call, or refuses the call. */
  start(inbound: DeferredCall): void {
    const { message, announced } = inbound;
    const { running, limits, answering } = this.#options;
    let call: RunningCall;
    try {
      if (running.full) {
        const { maxCallsInFlight } = limits;
        throw new RpcError("resourceExhausted", `maxCallsInFlight = ${maxCallsInFlight} calls are running`);
      }
      call = prepareCall(this.#options, inbound, this.#onExpire);
    } catch (thrown) {
      this.refuse(message, RpcError.from(thrown, "internal"), announced);
      return;
    }
    running.add(call);
    if (call.id !== undefined) answering.set(call.id, call);
    this.#run(call);
  }

  /**
   * Answers a call that was cancelled or timed out at once, while its handler may still run.
   * Ignores a call that is already answered.
   */
  cancel(call: RunningCall, reason: RpcError): void {
    if (call.answered) return;
    call.answered = true;
    if (call.id !== undefined) {
      this.#options.answering.delete(call.id);
      this.#options.responder.error(call.id, call.context.method, reason);
      this.#options.pipelined.failed(call.id, reason);
    }
    call.context.done();
    call.context.abort(reason);
    if (call.exchange !== undefined) callGivenUp(call.exchange.held, reason);
  }

  /** Answers a call that never runs, and fails the calls that are pipelined on it. */
  refuse(message: InboundMessage, error: RpcError, announced: Announced | undefined): void {
    this.answerRefused(message, error, announced);
    if (message.kind === "call") this.#options.pipelined.failed(message.id, error);
  }

  /** Answers a call that never runs, and releases the references in its arguments. */
  answerRefused(
    message: InboundMessage | PipelinedCallMessage,
    thrown: unknown,
    announced: Announced | undefined,
  ): void {
    if (announced !== undefined) this.#options.references.imports.refuse(announced);
    if (message.kind === "notify") this.#options.report(thrown);
    else this.#options.responder.error(message.id, "the call", thrown);
  }

  /** Aborts all handlers, because the connection has ended. No call is answered any more. */
  stop(reason: RpcError): void {
    const { running, answering } = this.#options;
    this.#stopped = reason;
    for (const call of running) {
      call.answered = true;
      call.context.done();
      call.context.abort(reason);
    }
    answering.clear();
    running.clear();
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
        return this.#options.pipelined.answered(call);
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
    if (id !== undefined && !answered) this.#options.pipelined.failed(id, thrown);
  }

  #ended(call: RunningCall): void {
    const { running, answering, onEnded } = this.#options;
    call.args = noArgs;
    if (this.#stopped !== undefined) {
      running.releaseBytes(call);
      return this.#release(call);
    }
    if (!running.delete(call)) return;
    if (!call.answered && call.id !== undefined) answering.delete(call.id);
    call.answered = true;
    this.#linger(call);
    onEnded();
  }

  /** Keeps the context of a call alive as long as its caller holds references from the result. */
  #linger(call: RunningCall): void {
    const { context, exported } = call;
    const { pipelined } = this.#options;
    if (exported.length === 0) return this.#release(call);
    if (call.method.kind !== "stream") context.endDeadline();
    pipelined.remember(call);
    onAllReleased(exported, () => {
      pipelined.forget(call);
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
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
