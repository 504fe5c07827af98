import { endedError } from "../call/call-errors.js";
import type { CloseOptions, CloseReason, Connection, FlushOptions, LostWork } from "../call/connection.js";
import { MessageSender } from "../call/message-sender.js";
import { RpcError } from "../errors/rpc-error.js";
import { Dispatcher } from "../inbound/dispatcher.js";
import { Responder } from "../inbound/responder.js";
import { withObservers } from "../interceptor/call-events.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import type { CallingSession } from "../outbound/calling-session.js";
import { ListenerCalls } from "../outbound/listener-calls.js";
import { OneWayCalls } from "../outbound/one-way-calls.js";
import { type OutboundCall, OutboundCalls } from "../outbound/outbound-calls.js";
import type { PendingCall } from "../outbound/pending-calls.js";
import { Settlement, synchronousRefusal } from "../outbound/synchronous-call.js";
import { Admission } from "../policy/admission.js";
import type { ImportedTarget } from "../references/imported-target.js";
import { References } from "../references/references.js";
import type { TargetShape } from "../references/shapes/target-shape.js";
import { rejectAwaited } from "../runtime/rejection.js";
import type { CallOptions } from "../service/service.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodePing } from "../wire/messages/connection.js";
import type { Introduction } from "../wire/messages/handshake.js";
import { Closing } from "./closing.js";
import { publishConnection } from "./connection-events.js";
import { Heartbeat, heartbeatTimes, signOfLife } from "./heartbeat.js";
import { MessageRouter } from "./message-router.js";
import { ProcessHold } from "./process-hold.js";
import type { SessionCounts } from "./session-counts.js";
import type { SessionOptions } from "./session-options.js";

/** The public connection of a session, which also creates the proxies of the peer's objects. */
export interface SessionFace extends Connection {
  /** Creates the proxy for an object or function of the peer. */
  proxyOf(target: ImportedTarget, shape: TargetShape): object;
}

/**
 * One connection after its handshake: calls in both directions, and an end that leaves nothing
 * pending. The handshake owns the transport's receiver and passes on its messages.
 */
export class Session implements CallingSession {
  readonly peer: Introduction;
  /** The public connection of this session. */
  readonly connection: Connection;
  readonly #transport: TransportConnection;
  readonly #options: SessionOptions;
  readonly #sender: MessageSender;
  readonly #responder: Responder;
  readonly #dispatcher: Dispatcher;
  readonly #calls: OutboundCalls;
  readonly #oneWay: OneWayCalls;
  readonly #router: MessageRouter;
  /** The references of this connection. */
  readonly references: References;
  /** Budget for the listener calls that this side makes. */
  readonly listenerBudget: ListenerCalls;
  readonly #closing: Closing;
  /** Number of messages received from the peer. */
  #received = 0;
  readonly #heartbeat: Heartbeat | undefined;
  /** Keeps the process alive for this connection. */
  readonly hold = new ProcessHold(() => this.#isInUse, { holdProcess: (holds) => this.#holdProcess(holds) });
  #lost = nothingLost;
  /**
   * True during a callback of the transport. A session is created in one: the delivery of the
   * peer's first message.
   */
  #delivering = true;

  constructor(
    transport: TransportConnection,
    options: SessionOptions,
    peer: { readonly introduction: Introduction; readonly connectionOf: (session: Session) => SessionFace },
  ) {
    this.peer = peer.introduction;
    this.#transport = transport;
    this.#options = options;
    this.listenerBudget = new ListenerCalls(
      Math.min(options.limits.maxCallsInFlight, this.peer.limits.maxCallsInFlight),
    );
    this.#sender = new MessageSender(transport, this.peer.limits.maxMessageBytes);
    this.#oneWay = new OneWayCalls({
      maxBytes: options.limits.maxOneWayBytes,
      ask: (number) => this.#sender.sendControl(encodePing(number)),
      onConfirmed: () => this.#lessToDo(),
    });
    this.#closing = new Closing({
      transport,
      sender: this.#sender,
      endpoint: options.endpoint,
      waitingCalls: () => this.#calls.waiting,
      activeWork: () => this.activeCalls + this.#oneWay.asking,
      onGoodbye: () => {
        this.#oneWay.confirm();
        this.hold.ref();
      },
      // The program may end it in any context.
      onEnd: (reason) => options.context.runInAsyncScope(this.#end, this, reason),
    });
    const face = peer.connectionOf(this);
    this.connection = face;
    const report = (error: unknown, method?: string) =>
      options.onError({ error, method, peer: transport.peer });
    this.#responder = new Responder({
      limits: options.limits,
      sender: this.#sender,
      peerMaxNesting: this.peer.limits.maxNesting,
      exposeErrors: options.exposeErrors,
      report,
      fail: (error) => this.fail(error),
    });
    const admission = new Admission({ peer: transport.peer, authorize: options.authorize, report });
    this.references = new References({
      limits: options.limits,
      sender: this.#sender,
      sendEnd: (producer, failure) => this.#responder.streamEnd(producer, failure),
      sendGone: (target, error) => this.#responder.gone(target, error),
      peer: this.peer.limits,
      services: options.services,
      refusal: (own, asked) => admission.refusalToPassBack(own, asked),
      proxyOf: (target, shape) => face.proxyOf(target, shape),
      report,
      onChange: () => this.#lessToDo(),
      fail: (error) => this.fail(error),
    });
    this.#calls = new OutboundCalls({
      limits: options.limits,
      peer: this.peer,
      sender: this.#sender,
      references: this.references,
      oneWay: this.#oneWay,
      endpoint: this.endpoint,
      refusal: (call) => this.#refusal(call),
      onAnswered: () => this.#lessToDo(),
    });
    this.#dispatcher = new Dispatcher({
      services: options.services,
      limits: options.limits,
      sender: this.#sender,
      responder: this.#responder,
      connection: this.connection,
      references: this.references,
      interceptors: () => this.interceptors,
      context: options.context,
      report,
      onIdle: () => this.#lessToDo(),
    });
    publishConnection({ type: "open", connection: this.connection });
    this.#router = new MessageRouter({
      services: options.services,
      limits: options.limits,
      sender: this.#sender,
      calls: this.#calls,
      oneWay: this.#oneWay,
      dispatcher: this.#dispatcher,
      references: this.references,
      admission,
      report,
      goodbye: () => this.#closing.takeGoodbye(),
      end: (error) => this.#closing.takeEnd(error),
    });
    const times = heartbeatTimes(options.heartbeat, transport.capabilities.noticesDeath);
    if (times !== undefined) {
      this.#heartbeat = new Heartbeat(times, {
        received: () => this.#received,
        ask: () => this.#sender.sendControl(encodePing(signOfLife)),
        silent: (error) => transport.abort(error),
      });
    }
  }

  get transport(): TransportConnection {
    return this.#transport;
  }

  /** True if the program has interceptors of its own. */
  get intercepted(): boolean {
    return this.#options.interceptors !== undefined;
  }

  /** Interceptors in effect now; undefined if there are none. */
  get interceptors(): readonly Interceptor[] | undefined {
    return withObservers(this.#options.interceptors);
  }

  /** Reports an error that has no caller. */
  report(error: unknown, method?: string): void {
    this.#options.onError({ error, method, peer: this.#transport.peer });
  }

  /** True while the link is open and neither side has said goodbye. */
  get isOpen(): boolean {
    return !this.isEnded && this.#closing.drainingBy === undefined;
  }

  get closed(): Promise<CloseReason> {
    return this.#closing.closed;
  }

  get isEnded(): boolean {
    return this.#closing.ended !== undefined;
  }

  /** Work that was lost with the end; nothing before. */
  get lost(): LostWork {
    return this.#lost;
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** Number of pending calls and open streams, in either direction. */
  get activeCalls(): number {
    return this.#calls.unanswered + this.#dispatcher.active + this.references.activeStreams;
  }

  /** Counts of pending work. Each is 0 once everything has settled; anything else is a leak. */
  get counts(): SessionCounts {
    return {
      calls: this.#calls.unanswered,
      ...this.#dispatcher.counts,
      streams: this.references.activeStreams,
      references: this.references.heldTargets,
    };
  }

  /** Makes a call. The promise settles exactly once, also when the peer exits. */
  call(call: OutboundCall, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.begin(call, options, resolve, reject, rejectLater);
      this.hold.update();
    });
  }

  /**
   * Makes a call whose result can be called before it arrives. See {@link CallingSession.begin}.
   */
  begin(
    call: OutboundCall,
    options: CallOptions,
  ): { readonly promise: Promise<unknown>; readonly pending: PendingCall | undefined } {
    let pending: PendingCall | undefined;
    const promise = new Promise((resolve, reject) => {
      pending = this.#calls.begin(call, options, resolve, reject, rejectLater);
      this.hold.update();
    });
    return { promise, pending };
  }

  /** Returns true if the peer accepts calls on the future result of this call. */
  canPipeline(base: PendingCall): boolean {
    return this.peer.limits.pipelining === true && this.#calls.canPipeline(base);
  }

  /**
   * Makes a call and blocks the event loop until it settles. See {@link CallingSession.callSync}.
   * @throws {RpcError} the error that the promise of {@link call} would reject with;
   * `unimplemented` if the transport does not support this; `failedPrecondition` inside the
   * delivery of a message.
   */
  callSync(call: OutboundCall, options: CallOptions): unknown {
    const refusal = synchronousRefusal(call.label, this.#transport, this.#delivering);
    if (refusal !== undefined) throw refusal;
    const settlement = new Settlement();
    const { resolve, reject } = settlement;
    const pending = this.#calls.begin(call, options, resolve, reject, reject);
    if (pending !== undefined) {
      this.#dispatcher.hold();
      try {
        settlement.receive(this.#transport, pending, () => this.#calls.expire(pending, options.timeoutMs));
      } finally {
        this.#dispatcher.release();
      }
    }
    return settlement.take();
  }

  /**
   * Sends a one-way call.
   * @throws {RpcError} `unavailable` if the connection has ended, `resourceExhausted` if the
   * arguments are too large or too much is unconfirmed.
   */
  notify(call: OutboundCall, options: CallOptions): void {
    this.#calls.notify(call, options);
  }

  /** Resolves once the peer has begun all calls that were sent before. */
  flush(options: FlushOptions): Promise<void> {
    const { ended } = this.#closing;
    if (ended !== undefined) return Promise.reject(endedError("flush", ended, this.endpoint));
    const flushed = this.#oneWay.flush(options);
    this.hold.update();
    return flushed;
  }

  /** Handles one message of the peer. A protocol violation ends the session. */
  receive(bytes: Uint8Array): void {
    if (this.isEnded) return;
    this.#delivering = true;
    this.#received++;
    try {
      this.#router.receive(bytes);
    } catch (thrown) {
      this.fail(RpcError.from(thrown, "internal"));
    }
    this.#delivering = false;
    this.hold.update();
  }

  /** Ends the delivery of the message that created this session. */
  delivered(): void {
    this.#delivering = false;
  }

  drained(): void {
    this.#delivering = true;
    this.#sender.drained();
    this.#responder.drained();
    this.references.drained();
    this.#dispatcher.resume();
    this.#delivering = false;
  }

  /** Handles the end of the transport connection. */
  transportClosed(error: RpcError | undefined): void {
    this.#closing.transportClosed(error);
  }

  /** Ends the session because the peer violated the protocol, and sends the peer the reason. */
  fail(error: RpcError): void {
    if (this.isEnded) return;
    this.report(error);
    this.#closing.endTransport({ by: "local", error });
  }

  abort(reason: string): void {
    if (this.isEnded) return;
    this.#closing.endTransport({ by: "local", error: new RpcError("cancelled", reason) });
  }

  close(options: CloseOptions = {}): Promise<void> {
    return this.#closing.close(options);
  }

  /** Returns the reason why a call cannot be made on this connection now; undefined if it can. */
  #refusal({ label, target, base }: OutboundCall): RpcError | undefined {
    const { ended, drainingBy } = this.#closing;
    if (ended !== undefined) return endedError(label, ended, this.endpoint, "was not sent");
    // Calls on references belong to calls that are still in flight.
    const byReference = base !== undefined || target >= this.peer.services.length;
    if (drainingBy === undefined || byReference) return undefined;
    const who = drainingBy === "local" ? "this side" : "the peer";
    return new RpcError(
      "unavailable",
      `${label} was not sent: ${who} is closing the connection to ${this.endpoint}`,
    );
  }

  /** Checks whether the connection can now close, or the process exit. */
  #lessToDo(): void {
    this.#closing.checkDrained();
    this.hold.update();
  }

  get #isInUse(): boolean {
    return this.activeCalls > 0 || this.#oneWay.asking > 0;
  }

  #holdProcess(holds: boolean): void {
    this.#heartbeat?.holdProcess(holds);
    if (holds) this.#transport.ref?.();
    else this.#transport.unref?.();
  }

  /** Fails everything that is still pending. */
  #end(reason: CloseReason): void {
    const { unconfirmed: oneWayCalls } = this.#oneWay;
    this.#lost = { calls: this.#calls.waiting, oneWayCalls, ...this.references.imports.held };
    this.#calls.failAll((label) => endedError(label, reason, this.endpoint));
    this.#oneWay.end(endedError("flush", reason, this.endpoint));
    this.#router.end();
    this.#heartbeat?.stop();
    this.#dispatcher.stop(
      new RpcError("cancelled", "the connection to the caller ended", { cause: reason.error }),
    );
    this.references.end((what) => endedError(what, reason, this.endpoint, "did not end"));
    this.#closing.checkDrained();
    publishConnection({ type: "close", connection: this.connection, reason });
  }
}

/** Rejects the promise of a call. `this` is the pending call, which saves a closure per call. */
function rejectLater(this: PendingCall, error: Error): void {
  rejectAwaited(this.resolve, error);
}

/** The lost work of a link that is open. */
export const nothingLost: LostWork = {
  calls: 0,
  oneWayCalls: 0,
  streams: 0,
  references: 0,
  subscriptions: 0,
};
