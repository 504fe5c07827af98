import { parentCall, type RunningContext } from "../call/call-context.js";
import { abortError, resultError } from "../call/call-errors.js";
import { listenTo, parentError } from "../call/cancellers.js";
import { Deadline } from "../call/deadline.js";
import type { MessageSender } from "../call/message-sender.js";
import { failedCallError } from "../call/own-failure.js";
import type { WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import type { ReferenceWriter } from "../references/exchanges.js";
import type { ImportedTarget } from "../references/imported-target.js";
import type { Announced } from "../references/imports.js";
import { onAllReleased } from "../references/ref-lifetime.js";
import type { References } from "../references/references.js";
import { StreamConsumer } from "../references/streams/stream-consumer.js";
import { convertResult, type Method, referenceUsage } from "../service/method.js";
import type { CallOptions } from "../service/service.js";
import { receiveConversion } from "../shape/conversion.js";
import type { Limits } from "../transport/limits.js";
import type { EncodedValue } from "../wire/encode.js";
import {
  type CallTarget,
  encodeCall,
  encodeCancel,
  encodeNotify,
  encodePipelinedCall,
} from "../wire/messages/call.js";
import type { Introduction } from "../wire/messages/handshake.js";
import type { ResultMessage } from "../wire/messages/result.js";
import type { OneWayCalls } from "./one-way-calls.js";
import { type PendingCall, PendingCalls } from "./pending-calls.js";

/** A call that is ready to send. The arguments are already converted. */
export interface OutboundCall extends CallTarget {
  readonly definition: Method;
  /** `Inventory.get` */
  readonly label: string;
  readonly args: readonly unknown[] | EncodedValue;
  /** References in the arguments; undefined for a method without references. */
  readonly exchange: ReferenceWriter | undefined;
  /** The base call, whose result is called before it arrives. The target is then its id. */
  readonly base: PendingCall | undefined;
  /** The proxy of the object or function that is called; undefined for a service. */
  readonly calledProxy: object | undefined;
}

/** Options for {@link OutboundCalls}. */
export interface OutboundCallsOptions {
  readonly limits: Limits;
  readonly peer: Introduction;
  readonly sender: MessageSender;
  readonly references: References;
  readonly oneWay: OneWayCalls;
  /** The endpoint as the user wrote it, for messages. */
  readonly endpoint: string;
  /** Returns the reason why the connection refuses a call now; undefined if it does not. */
  readonly refusal: (call: OutboundCall) => RpcError | undefined;
  /** Called whenever the peer has answered. */
  readonly onAnswered: () => void;
}

/** The calls that this side makes on one connection. Each call settles once. */
export class OutboundCalls {
  readonly #options: OutboundCallsOptions;
  readonly #pending = new PendingCalls();
  readonly #limit: number;
  #ended = false;

  constructor(options: OutboundCallsOptions) {
    this.#options = options;
    this.#limit = Math.min(options.limits.maxCallsInFlight, options.peer.limits.maxCallsInFlight);
  }

  /** Calls whose caller still waits. */
  get waiting(): number {
    return this.#pending.waiting;
  }

  /** Calls that the peer has not answered. */
  get unanswered(): number {
    return this.#pending.unanswered;
  }

  /**
   * Sends a one-way call.
   * @throws {RpcError} `unavailable` if the connection has ended, `resourceExhausted` if the
   * arguments are too large or too much is unconfirmed.
   */
  notify(call: OutboundCall, given: CallOptions): void {
    const parent = given.detached === true ? undefined : parentCall();
    const options = parent === undefined ? given : clampToParent(given, parent);
    const refusal = this.#refusal(call, options, parent);
    if (refusal !== undefined) throw refusal;
    const extras = { timeoutMs: wholeMs(options.timeoutMs), metadata: options.metadata };
    const message = encodeNotify(call, call.args, extras);
    const { length } = message;
    this.#options.oneWay.admit(length, call.label);
    this.#send(message, call);
    this.#options.oneWay.sent(length);
  }

  /**
   * Sends a call, or settles it at once and returns undefined.
   * @param reject rejects a call that is refused, while its caller is still on the stack.
   * @param rejectLater rejects a call that fails after it was sent.
   */
  begin(
    call: OutboundCall,
    given: CallOptions,
    resolve: PendingCall["resolve"],
    reject: (error: Error) => void,
    rejectLater: PendingCall["reject"],
  ): PendingCall | undefined {
    const parent = given.detached === true ? undefined : parentCall();
    const options = parent === undefined ? given : clampToParent(given, parent);
    const refusal = this.#refusal(call, options, parent);
    if (refusal !== undefined) {
      reject(refusal);
      return undefined;
    }
    const { label, definition: method, calledProxy } = call;
    const pending = this.#pending.open(
      { label, method, calledProxy, resolve, reject: rejectLater },
      this.#limit,
    );
    if (pending === undefined) {
      const full = `${label}: maxCallsInFlight = ${this.#limit} calls are unanswered on this connection; await some first`;
      reject(new RpcError("resourceExhausted", full));
      return undefined;
    }
    const extras = { timeoutMs: wholeMs(options.timeoutMs), metadata: options.metadata };
    try {
      pending.exported = this.#send(
        call.base === undefined
          ? encodeCall(pending.id, call, call.args, extras)
          : encodePipelinedCall(pending.id, { on: call.target, method: call.method }, call.args, extras),
        call,
      );
    } catch (thrown) {
      this.#pending.close(pending.id);
      this.#pending.settle(pending);
      reject(RpcError.from(thrown, "internal"));
      return undefined;
    }
    if (call.base !== undefined) {
      call.base.pipelined ??= [];
      call.base.pipelined.push(pending);
    }
    this.#watch(pending, options, call.exchange?.signals ?? noSignals, parent);
    return pending;
  }

  /**
   * Returns true while the future result of a call can be called: until it settles or is answered.
   */
  canPipeline(base: PendingCall): boolean {
    return !base.settled && this.#pending.isOpen(base);
  }

  /** @throws {RpcError} if the peer does not accept the message. Nothing is sent then. */
  #send(message: Uint8Array, { label, exchange }: OutboundCall): readonly object[] | undefined {
    const what = `the call of ${label}`;
    if (exchange !== undefined && exchange.given.length > 0)
      return this.#options.references.exports.send(message, { what, label, exchange }).exported;
    this.#options.sender.send(message, what);
    return undefined;
  }

  /** Returns the reason why a call cannot be made now; undefined if it can. */
  #refusal(
    call: OutboundCall,
    { signal, timeoutMs }: CallOptions,
    parent: RunningContext | undefined,
  ): RpcError | undefined {
    const over = this.#options.refusal(call);
    if (over !== undefined) return over;
    const { label, exchange, base } = call;
    if (base !== undefined && !this.canPipeline(base)) {
      const settled = `${label}: ${base.label}, whose result it is called on, settled while the call was made; make it again`;
      return new RpcError("failedPrecondition", settled);
    }
    if (signal?.aborted === true) return abortError(label, signal);
    const aborted = exchange?.signals.find((own) => own.aborted);
    if (aborted !== undefined) return abortError(label, aborted);
    if (parent?.reason !== undefined) return parentError(label, parent, parent.reason);
    if (timeoutMs === 0) return new RpcError("deadlineExceeded", `${label}: no time was left to call it`);
    return undefined;
  }

  #watch(
    pending: PendingCall,
    { signal, timeoutMs }: CallOptions,
    signals: readonly AbortSignal[],
    parent: RunningContext | undefined,
  ): void {
    if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) {
      pending.deadline = new Deadline(timeoutMs, () => this.expire(pending, timeoutMs));
    }
    if (signal === undefined && signals.length === 0 && parent === undefined) return;
    pending.cancellers = { signals: signal === undefined ? signals : [...signals, signal], parent };
    pending.stopListening = listenTo(pending.cancellers, pending.label, (error) =>
      this.#cancel(pending, error),
    );
  }

  /** Fails a call whose deadline has passed. */
  expire(pending: PendingCall, timeoutMs = 0): void {
    const message = `${pending.label} was not answered by ${this.#options.endpoint} within ${Math.ceil(timeoutMs)} ms`;
    this.#cancel(pending, new RpcError("deadlineExceeded", message));
  }

  /**
   * Settles a call with its result.
   * @throws {RpcError} `internal` if there is no such call.
   */
  answered({ id, value }: ResultMessage, announced: Announced | undefined): void {
    const pending = this.#close(id);
    this.#settleResult(pending, value, announced);
    this.#options.onAnswered();
  }

  /**
   * Settles a call with an error of the peer, or with the reason why its answer could not be read.
   * @throws {RpcError} `internal` if there is no such call.
   */
  failed(id: number, error: RpcError | WireError): void {
    const pending = this.#close(id);
    const { label, method, exported } = pending;
    const failure =
      error instanceof RpcError ? error : failedCallError({ label, errors: method.errors }, error, exported);
    this.#settleError(pending, failure);
    // The peer fails the pipelined calls by itself, also if its error could not be read here.
    this.#failPipelined(pending, failure, false);
    this.#options.onAnswered();
  }

  /** Fails everything that is still pending, because the connection has ended. */
  failAll(errorFor: (label: string) => RpcError): void {
    this.#ended = true;
    this.#pending.failAll(({ label }) => errorFor(label));
  }

  #close(id: number): PendingCall {
    const pending = this.#pending.close(id);
    if (pending === undefined)
      throw new RpcError("internal", `the peer answered call ${id}, which was not made`);
    return pending;
  }

  /**
   * Settles a call that timed out or was cancelled, and sends the cancellation. The id stays taken
   * until the peer answers.
   */
  #cancel(pending: PendingCall, error: RpcError): void {
    if (pending.settled || this.#ended) return;
    this.#settleError(pending, error);
    this.#options.sender.sendControl(encodeCancel(pending.id, error.code));
    this.#failPipelined(pending, error);
  }

  /**
   * Fails the calls that are pipelined on a failed call, and those on them.
   * @param sendCancel false if the peer fails them by itself and needs no cancellation.
   */
  #failPipelined({ pipelined }: PendingCall, error: Error, sendCancel = true): void {
    if (pipelined === undefined) return;
    const code = error instanceof RpcError && error.code === "deadlineExceeded" ? error.code : "cancelled";
    const all = [...pipelined];
    for (let next = all.pop(); next !== undefined; next = all.pop()) {
      if (next.settled) continue;
      this.#settleError(next, error);
      if (sendCancel) this.#options.sender.sendControl(encodeCancel(next.id, code));
      if (next.pipelined !== undefined) all.push(...next.pipelined);
    }
  }

  #settleResult(pending: PendingCall, value: unknown, announced: Announced | undefined): void {
    const { method, label } = pending;
    const exchange =
      announced !== undefined || referenceUsage(method).result
        ? this.#options.references.imports.exchange(announced)
        : undefined;
    const late = !this.#pending.settle(pending);
    if (late) return exchange?.abandon();
    try {
      const result = convertResult(method, value, receiveConversion(exchange));
      exchange?.settle();
      if (exchange !== undefined) {
        for (const held of exchange.held)
          if (held instanceof StreamConsumer) held.answers(pending.calledProxy, pending.exported);
        this.#keepWatching(pending, exchange.held);
      }
      pending.resolve(result);
    } catch (thrown) {
      exchange?.abandon();
      const failure = resultError(label, thrown);
      pending.reject(failure);
      this.#failPipelined(pending, failure);
    }
  }

  /**
   * Lets the sources that could cancel the call release the references in its result from now on. A
   * stream also keeps its deadline.
   */
  #keepWatching(pending: PendingCall, held: readonly (ImportedTarget | StreamConsumer)[]): void {
    const { label, method, cancellers, deadline } = pending;
    const timed = method.kind === "stream" && deadline !== undefined;
    if (held.length === 0 || (cancellers === undefined && !timed)) return;
    const releaseHeld = (error: RpcError) => {
      for (const reference of held) {
        if (reference instanceof StreamConsumer) reference.fail(error);
        else reference.release();
      }
    };
    const stopListening = cancellers === undefined ? undefined : listenTo(cancellers, label, releaseHeld);
    const late = new RpcError("deadlineExceeded", `${label} had not ended by its deadline`);
    const rest = timed ? new Deadline(deadline.remainingMs, () => releaseHeld(late)) : undefined;
    onAllReleased(held, () => {
      stopListening?.();
      rest?.clear();
    });
  }

  #settleError(pending: PendingCall, error: Error): void {
    if (this.#pending.settle(pending)) pending.reject(error);
  }
}

const noSignals: readonly AbortSignal[] = [];

/** Limits the timeout of a call to the time that its parent call has left. */
function clampToParent(options: CallOptions, parent: RunningContext): CallOptions {
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  const { remainingMs } = parent;
  return remainingMs < timeoutMs ? { ...options, timeoutMs: remainingMs } : options;
}

function wholeMs(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY ? undefined : Math.ceil(timeoutMs);
}
