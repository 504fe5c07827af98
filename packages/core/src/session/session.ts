import { type ExposeErrors, errorFromWire, shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import type { TargetShape } from "../reference/target-shape.js";
import { carriedBy, convertResult, type Method } from "../service/method.js";
import type { CallOptions, ServiceImplementation } from "../service/service.js";
import type { Limits } from "../transport/limits.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeCall, encodeCancel, encodeEnd, encodeGoodbye, encodeNotify } from "../wire/encode-message.js";
import type { CallTarget, Introduction, Message } from "../wire/message.js";
import { parseMessage } from "../wire/parse-message.js";
import { Answers } from "./answers.js";
import { abortError, endedError, resultError } from "./call-errors.js";
import type { CloseOptions, CloseReason, Connection } from "./connection.js";
import { Deadline } from "./deadline.js";
import { Dispatcher } from "./dispatcher.js";
import type { OnError } from "./error-reports.js";
import { Outbox } from "./outbox.js";
import { type PendingCall, PendingCalls } from "./pending-calls.js";
import type { OutgoingExchange } from "./references/exchanges.js";
import type { ImportedTarget } from "./references/imported-target.js";
import { whenAllGone } from "./references/lived.js";
import { type Announced, References } from "./references/references.js";
import { StreamConsumer } from "./references/stream-consumer.js";
import { Settlement, synchronousRefusal } from "./synchronous-call.js";

/** What both sides of a connection set for themselves. */
export interface SessionOptions {
  /** The endpoint in the user's words, for messages. */
  readonly endpoint: string;
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly exposeErrors: ExposeErrors;
  readonly onError: OnError;
}

/** The public face of a session, which also makes what stands for the peer's objects. */
export interface SessionFace extends Connection {
  /** What the program calls to call an object or function of the peer. */
  proxyOf(target: ImportedTarget, shape: TargetShape): object;
}

/** A call on its way out. The arguments are converted already. */
export interface OutboundCall extends CallTarget {
  readonly definition: Method;
  /** `Inventory.get` */
  readonly label: string;
  readonly args: readonly unknown[];
  /** What the arguments refer to, of a method that may carry references. */
  readonly exchange: OutgoingExchange | undefined;
}

const defaultDrainMs = 5_000;

/** Milliseconds for the last message of a session that ends at once. */
const endMs = 1_000;

/**
 * One connection after its handshake: calls in both directions, and an end that leaves nothing pending.
 *
 * It is told of messages by the handshake, which owns the transport's receiver, and lives in one of three states: open;
 * draining, when either side has said goodbye and no new calls are made; ended.
 */
export class Session {
  readonly peer: Introduction;
  /** The public face of this session. */
  readonly connection: Connection;
  readonly closed: Promise<CloseReason>;
  readonly #transport: TransportConnection;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #answers: Answers;
  readonly #dispatcher: Dispatcher;
  readonly #pending = new PendingCalls();
  /** What travels by reference on this connection. */
  readonly references: References;
  /** What the next message of the peer refers to. */
  #announced: Announced | undefined;
  readonly #resolveClosed: (reason: CloseReason) => void;
  #drainingBy: "local" | "peer" | undefined;
  #peerSaidGoodbye = false;
  #whenDrained: (() => void) | undefined;
  #ended: CloseReason | undefined;
  /** Inside a call of the transport. A session is made in one: the delivery of the peer's first message. */
  #delivering = true;

  constructor(
    transport: TransportConnection,
    options: SessionOptions,
    peer: { readonly introduction: Introduction; readonly connectionOf: (session: Session) => SessionFace },
  ) {
    this.peer = peer.introduction;
    this.#transport = transport;
    this.#options = options;
    this.#outbox = new Outbox(transport, this.peer.limits.maxMessageBytes);
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    const face = peer.connectionOf(this);
    this.connection = face;
    const report = (error: unknown, method?: string) =>
      options.onError({ error, method, peer: transport.peer });
    this.#answers = new Answers({
      limits: options.limits,
      outbox: this.#outbox,
      peerMaxNesting: this.peer.limits.maxNesting,
      exposeErrors: options.exposeErrors,
      report,
      fail: (error) => this.fail(error),
    });
    this.references = new References({
      limits: options.limits,
      outbox: this.#outbox,
      sendEnd: (producer, failure) => this.#answers.streamEnd(producer, failure),
      peer: this.peer.limits,
      firstNumber: options.services.length,
      proxyOf: (target, shape) => face.proxyOf(target, shape),
      report,
      onChange: () => this.#checkDrained(),
    });
    this.#dispatcher = new Dispatcher({
      services: options.services,
      limits: options.limits,
      outbox: this.#outbox,
      answers: this.#answers,
      connection: this.connection,
      references: this.references,
      report,
      onIdle: () => this.#checkDrained(),
    });
  }

  get transport(): TransportConnection {
    return this.#transport;
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** Calls and streams that are not over, in either direction. */
  get activeCalls(): number {
    return this.#pending.unanswered + this.#dispatcher.active + this.references.activeStreams;
  }

  /** Makes a call. The promise settles exactly once, whatever becomes of the peer. */
  call(call: OutboundCall, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#begin(call, options, resolve, reject);
    });
  }

  /**
   * Makes a call and receives, without the event loop, until it has settled. Other answers that come meanwhile settle their
   * promises; the peer's calls wait until the program is back in the event loop.
   * @throws {RpcError} what the promise of {@link call} would reject with, `unimplemented` if the transport cannot,
   * `failedPrecondition` from inside the delivery of a message.
   */
  callSync(call: OutboundCall, options: CallOptions): unknown {
    const refusal = synchronousRefusal(call.label, this.#transport, this.#delivering);
    if (refusal !== undefined) throw refusal;
    const settlement = new Settlement();
    const pending = this.#begin(call, options, settlement.resolve, settlement.reject);
    if (pending !== undefined) {
      this.#dispatcher.hold();
      try {
        settlement.receive(this.#transport, pending, () => this.#expire(pending, options.timeoutMs));
      } finally {
        this.#dispatcher.release();
      }
    }
    return settlement.take();
  }

  /**
   * Sends a one-way call.
   * @throws {RpcError} `unavailable` if the connection is over, `resourceExhausted` if the arguments are too large.
   */
  notify(call: OutboundCall, options: CallOptions): void {
    const refusal = this.#refusal(call, options);
    if (refusal !== undefined) throw refusal;
    const extras = { timeoutMs: wholeMs(options.timeoutMs), metadata: options.metadata };
    this.#send(encodeNotify(call, call.args, extras), call);
  }

  /** Takes one message of the peer; what breaks the protocol ends the session. */
  receive(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    this.#delivering = true;
    try {
      this.#take(parseMessage(bytes, this.#options.limits), bytes.length);
    } catch (thrown) {
      this.fail(RpcError.from(thrown, "internal"));
    }
    this.#delivering = false;
  }

  /** The delivery of the message that made this session is over. */
  delivered(): void {
    this.#delivering = false;
  }

  drained(): void {
    this.#delivering = true;
    this.#outbox.drained();
    this.#answers.drained();
    this.references.drained();
    this.#dispatcher.resume();
    this.#delivering = false;
  }

  /** The transport is at its end. */
  transportClosed(error: RpcError | undefined): void {
    if (error !== undefined) return this.#end({ by: "peer", error });
    const orderly = this.#peerSaidGoodbye && this.#pending.waiting === 0;
    const how = this.#peerSaidGoodbye
      ? "closed the connection before it had answered"
      : "went away without a goodbye";
    const vanished = new RpcError("unavailable", `${this.endpoint}: the peer ${how}`);
    this.#end(orderly ? { by: this.#drainingBy ?? "peer" } : { by: "peer", error: vanished });
  }

  /** Ends the session because the peer broke a rule; the peer is told which. */
  fail(error: RpcError): void {
    if (this.#ended !== undefined) return;
    this.#options.onError({ error, peer: this.#transport.peer });
    this.#endTransport({ by: "local", error });
  }

  abort(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#endTransport({ by: "local", error: new RpcError("cancelled", reason) });
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#ended !== undefined) return this.#transport.close();
    if (this.#drainingBy !== "local") {
      this.#sayGoodbye("local");
      await this.#drain(options.drainMs ?? defaultDrainMs);
      this.#end({ by: "local" });
      await this.#transport.close();
    } else {
      await this.closed;
    }
  }

  #take(message: Message, bytes: number): void {
    const announced = this.#announced;
    if (announced !== undefined) {
      this.#announced = undefined;
      if (!carriers.has(message.kind)) {
        throw new RpcError(
          "internal",
          `the peer sent references before a ${message.kind}, which cannot carry any`,
        );
      }
    }
    switch (message.kind) {
      case "call":
      case "notify":
        this.#dispatcher.take(message, bytes, announced);
        return;
      case "result":
        this.#answered(message.id, (pending) => this.#settleResult(pending, message.value, announced));
        return;
      case "error":
        this.#answered(message.id, (pending) => this.#settleError(pending, errorFromWire(message.error)));
        return;
      case "overLimit":
        if (announced !== undefined) this.references.refuse(announced);
        this.#takeOverLimit(message);
        return;
      case "references":
        this.#announced = this.references.announce(message.references);
        return;
      case "items":
        this.references.takeItems(message, bytes, announced);
        return;
      case "streamEnd":
        this.references.takeEnd(message);
        return;
      case "credit":
        this.references.takeCredit(message);
        return;
      case "stop":
        this.references.takeStop(message);
        return;
      case "release":
        this.references.takeRelease(message);
        return;
      case "cancel":
        this.#dispatcher.cancel(message.id, message.code);
        return;
      case "goodbye":
        this.#peerSaidGoodbye = true;
        if (this.#drainingBy === undefined) this.#sayGoodbye("peer");
        this.#checkDrained();
        return;
      case "end":
        this.#end({ by: "peer", error: new RpcError(message.code, message.message) });
        void this.#transport.close();
        return;
      case "hello":
      case "welcome":
        throw new RpcError("internal", `the peer sent a second ${message.kind}`);
    }
  }

  #takeOverLimit({ of, id, error }: Extract<Message, { kind: "overLimit" }>): void {
    if (of === "call") this.#dispatcher.refuse(id, error);
    else if (of === "notify") this.#options.onError({ error, peer: this.#transport.peer });
    else if (of === "items" || of === "streamEnd")
      this.references.takeOverLimit(id, of === "streamEnd", error);
    else this.#answered(id, (pending) => this.#settleError(pending, error));
  }

  /** Sends a call, or settles it at once and returns undefined. */
  #begin(
    call: OutboundCall,
    options: CallOptions,
    resolve: PendingCall["resolve"],
    reject: PendingCall["reject"],
  ): PendingCall | undefined {
    const refusal = this.#refusal(call, options);
    if (refusal !== undefined) {
      reject(refusal);
      return undefined;
    }
    const limit = Math.min(this.#options.limits.maxCallsInFlight, this.peer.limits.maxCallsInFlight);
    const { label, definition: method } = call;
    const pending = this.#pending.open({ label, method, resolve, reject }, limit);
    if (pending === undefined) {
      const full = `${label}: maxCallsInFlight = ${limit} calls are unanswered on this connection; await some first`;
      reject(new RpcError("resourceExhausted", full));
      return undefined;
    }
    const extras = { timeoutMs: wholeMs(options.timeoutMs), metadata: options.metadata };
    try {
      this.#send(encodeCall(pending.id, call, call.args, extras), call);
    } catch (thrown) {
      this.#pending.close(pending.id);
      this.#settleError(pending, RpcError.from(thrown, "internal"));
      return undefined;
    }
    this.#watch(pending, options, call.exchange?.signals);
    return pending;
  }

  /** @throws {RpcError} if the peer would not take it; nothing was sent then. */
  #send(message: Uint8Array, { label, exchange }: OutboundCall): void {
    const what = `the call of ${label}`;
    if (exchange === undefined || exchange.given.length === 0) this.#outbox.send(message, what);
    else this.references.send(message, { what, label, exchange });
  }

  /** Why a call cannot be made now, if it cannot. */
  #refusal(
    { label, target, exchange }: OutboundCall,
    { signal, timeoutMs }: CallOptions,
  ): RpcError | undefined {
    if (this.#ended !== undefined) return endedError(label, this.#ended, this.endpoint);
    // What came by reference belongs to calls that are still under way.
    if (this.#drainingBy !== undefined && target < this.peer.services.length) {
      const who = this.#drainingBy === "local" ? "this side" : "the peer";
      return new RpcError("unavailable", `${label}: ${who} is closing the connection to ${this.endpoint}`);
    }
    if (signal?.aborted === true) return abortError(label, signal);
    const aborted = exchange?.signals.find((own) => own.aborted);
    if (aborted !== undefined) return abortError(label, aborted);
    if (timeoutMs === 0) return new RpcError("deadlineExceeded", `${label}: no time was left to call it`);
    return undefined;
  }

  #watch(
    pending: PendingCall,
    { signal, timeoutMs }: CallOptions,
    own: readonly AbortSignal[] = noSignals,
  ): void {
    if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) {
      pending.deadline = new Deadline(timeoutMs, () => this.#expire(pending, timeoutMs));
    }
    if (signal === undefined && own.length === 0) return;
    pending.signals = signal === undefined ? own : [...own, signal];
    pending.stopListening = listenToAll(pending.signals, (aborted) =>
      this.#giveUp(pending, abortError(pending.label, aborted)),
    );
  }

  #expire(pending: PendingCall, timeoutMs: number | undefined): void {
    const message = `${pending.label} was not answered by ${this.endpoint} within ${timeoutMs} ms`;
    this.#giveUp(pending, new RpcError("deadlineExceeded", message));
  }

  /** The caller waits no longer: tell it now, tell the peer, keep the id until the peer has answered. */
  #giveUp(pending: PendingCall, error: RpcError): void {
    if (pending.settled || this.#ended !== undefined) return;
    this.#settleError(pending, error);
    this.#outbox.sendControl(encodeCancel(pending.id, error.code));
  }

  #answered(id: number, settle: (pending: PendingCall) => void): void {
    const pending = this.#pending.close(id);
    if (pending === undefined)
      throw new RpcError("internal", `the peer answered call ${id}, which was not made`);
    settle(pending);
    this.#checkDrained();
  }

  #settleResult(pending: PendingCall, value: unknown, announced: Announced | undefined): void {
    const { method, label } = pending;
    const exchange =
      announced !== undefined || carriedBy(method).result ? this.references.incoming(announced) : undefined;
    const late = !this.#pending.settle(pending);
    if (late) return exchange?.abandon();
    try {
      const result = convertResult(method, value, false, Number.POSITIVE_INFINITY, exchange);
      exchange?.settle();
      if (exchange !== undefined) this.#keepWatching(pending, exchange.held);
      pending.resolve(result);
    } catch (thrown) {
      exchange?.abandon();
      pending.reject(resultError(label, thrown));
    }
  }

  /** What cancelled the call until it was answered lets go, from now on, of what the answer brought. A stream stays under its deadline. */
  #keepWatching(pending: PendingCall, held: readonly (ImportedTarget | StreamConsumer)[]): void {
    const { label, method, signals, deadline } = pending;
    const timed = method.kind === "stream" && deadline !== undefined;
    if (held.length === 0 || (signals.length === 0 && !timed)) return;
    const letGo = (error: RpcError) => {
      for (const reference of held) {
        if (reference instanceof StreamConsumer) reference.fail(error);
        else reference.release();
      }
    };
    const stopListening = listenToAll(signals, (aborted) => letGo(abortError(label, aborted)));
    const rest = timed
      ? new Deadline(deadline.remainingMs, () =>
          letGo(new RpcError("deadlineExceeded", `${label} had not ended within its deadline`)),
        )
      : undefined;
    whenAllGone(held, () => {
      stopListening();
      rest?.clear();
    });
  }

  #settleError(pending: PendingCall, error: RpcError): void {
    if (this.#pending.settle(pending)) pending.reject(error);
  }

  #sayGoodbye(by: "local" | "peer"): void {
    if (this.#drainingBy === undefined) this.#outbox.sendControl(encodeGoodbye());
    this.#drainingBy = by;
  }

  /** Resolves when neither side has a call under way or could make one, or after `drainMs`, or when the session ends. */
  #drain(drainMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        deadline.clear();
        this.#whenDrained = undefined;
        resolve();
      };
      const deadline = new Deadline(drainMs, done);
      this.#whenDrained = done;
      this.#checkDrained();
    });
  }

  #checkDrained(): void {
    if (this.#whenDrained === undefined) return;
    if (this.#ended !== undefined || (this.#peerSaidGoodbye && this.activeCalls === 0)) this.#whenDrained();
  }

  #endTransport(reason: CloseReason & { readonly error: RpcError }): void {
    this.#outbox.sendControl(encodeEnd(shortError(reason.error)));
    this.#end(reason);
    // The peer broke a rule or is not wanted any more: it gets a moment to hear why, however slowly it reads.
    const deadline = new Deadline(endMs, () => this.#transport.abort(reason.error));
    void this.#transport.close().finally(() => deadline.clear());
  }

  /** The one place where a session ends: everything that waits is told, then `closed` resolves. */
  #end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#pending.failAll(({ label }) => endedError(label, reason, this.endpoint));
    if (this.#announced !== undefined) this.references.refuse(this.#announced);
    this.#dispatcher.stop(
      new RpcError("cancelled", "the connection to the caller ended", { cause: reason.error }),
    );
    this.references.end(endedError("a stream", reason, this.endpoint));
    this.#whenDrained?.();
    this.#resolveClosed(reason);
  }
}

/** What may follow a list of references. */
const carriers: ReadonlySet<Message["kind"]> = new Set(["call", "notify", "result", "items", "overLimit"]);

const noSignals: readonly AbortSignal[] = [];

/** Calls `onAbort` with the first that aborts; returns what stops that. */
function listenToAll(signals: readonly AbortSignal[], onAbort: (aborted: AbortSignal) => void): () => void {
  const listeners = signals.map((signal) => {
    const listener = () => onAbort(signal);
    signal.addEventListener("abort", listener);
    return () => signal.removeEventListener("abort", listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

function wholeMs(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY ? undefined : Math.ceil(timeoutMs);
}
