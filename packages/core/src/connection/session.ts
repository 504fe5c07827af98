import { endedError } from "../call/call-errors.js";
import type { CloseOptions, CloseReason, Connection, FlushOptions, LostWork } from "../call/connection.js";
import { Outbox } from "../call/outbox.js";
import { RpcError } from "../errors/rpc-error.js";
import { Answers } from "../inbound/answers.js";
import { Dispatcher } from "../inbound/dispatcher.js";
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
import { Inbox } from "./inbox.js";
import { ProcessHold } from "./process-hold.js";
import type { SessionCounts } from "./session-counts.js";
import type { SessionOptions } from "./session-options.js";

/** The public face of a session, which also makes what stands for the peer's objects. */
export interface SessionFace extends Connection {
  /** What the program calls to call an object or function of the peer. */
  proxyOf(target: ImportedTarget, shape: TargetShape): object;
}

/**
 * One connection after its handshake: calls in both directions, and an end that leaves nothing pending.
 *
 * It is told of messages by the handshake, which owns the transport's receiver.
 */
export class Session implements CallingSession {
  readonly peer: Introduction;
  /** The public face of this session. */
  readonly connection: Connection;
  readonly #transport: TransportConnection;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #answers: Answers;
  readonly #dispatcher: Dispatcher;
  readonly #calls: OutboundCalls;
  readonly #oneWay: OneWayCalls;
  readonly #inbox: Inbox;
  /** What travels by reference on this connection. */
  readonly references: References;
  /** The calls of listeners that this side makes. */
  readonly ahead: ListenerCalls;
  readonly #closing: Closing;
  /** Messages of the peer so far. */
  #received = 0;
  readonly #heartbeat: Heartbeat | undefined;
  /** True if the process lives for this connection. */
  readonly hold = new ProcessHold(() => this.#isInUse, { holdProcess: (holds) => this.#holdProcess(holds) });
  #lost = nothingLost;
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
    this.ahead = new ListenerCalls(
      Math.min(options.limits.maxCallsInFlight, this.peer.limits.maxCallsInFlight),
    );
    this.#outbox = new Outbox(transport, this.peer.limits.maxMessageBytes);
    this.#oneWay = new OneWayCalls({
      maxBytes: options.limits.maxOneWayBytes,
      ask: (number) => this.#outbox.sendControl(encodePing(number)),
      onConfirmed: () => this.#lessToDo(),
    });
    this.#closing = new Closing({
      transport,
      outbox: this.#outbox,
      endpoint: options.endpoint,
      waitingCalls: () => this.#calls.waiting,
      activeWork: () => this.activeCalls + this.#oneWay.asking,
      onGoodbye: () => {
        this.#oneWay.confirm();
        this.hold.ref();
      },
      // The program may end it from anywhere.
      onEnd: (reason) => options.context.runInAsyncScope(this.#end, this, reason),
    });
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
    const admission = new Admission({ peer: transport.peer, authorize: options.authorize, report });
    this.references = new References({
      limits: options.limits,
      outbox: this.#outbox,
      sendEnd: (producer, failure) => this.#answers.streamEnd(producer, failure),
      sendGone: (target, error) => this.#answers.gone(target, error),
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
      outbox: this.#outbox,
      references: this.references,
      oneWay: this.#oneWay,
      endpoint: this.endpoint,
      refusal: (call) => this.#refusal(call),
      onAnswered: () => this.#lessToDo(),
    });
    this.#dispatcher = new Dispatcher({
      services: options.services,
      limits: options.limits,
      outbox: this.#outbox,
      answers: this.#answers,
      connection: this.connection,
      references: this.references,
      interceptors: () => this.interceptors,
      context: options.context,
      report,
      onIdle: () => this.#lessToDo(),
    });
    publishConnection({ type: "open", connection: this.connection });
    this.#inbox = new Inbox({
      services: options.services,
      limits: options.limits,
      outbox: this.#outbox,
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
        ask: () => this.#outbox.sendControl(encodePing(signOfLife)),
        silent: (error) => transport.abort(error),
      });
    }
  }

  get transport(): TransportConnection {
    return this.#transport;
  }

  /** Whether the program has interceptors of its own. */
  get intercepted(): boolean {
    return this.#options.interceptors !== undefined;
  }

  /** What a call goes through now; undefined without anything. */
  get interceptors(): readonly Interceptor[] | undefined {
    return withObservers(this.#options.interceptors);
  }

  /** Hands on an error that nobody else is told of. */
  report(error: unknown, method?: string): void {
    this.#options.onError({ error, method, peer: this.#transport.peer });
  }

  /** Neither side has said goodbye, and the link is there. */
  get isOpen(): boolean {
    return !this.isEnded && this.#closing.drainingBy === undefined;
  }

  get closed(): Promise<CloseReason> {
    return this.#closing.closed;
  }

  get isEnded(): boolean {
    return this.#closing.ended !== undefined;
  }

  /** What the end took with it; nothing before. */
  get lost(): LostWork {
    return this.#lost;
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** Calls and streams that are not over, in either direction. */
  get activeCalls(): number {
    return this.#calls.unanswered + this.#dispatcher.active + this.references.activeStreams;
  }

  /** What is under way. Once all of it is settled each is 0: what is left then has been forgotten. */
  get counts(): SessionCounts {
    return {
      calls: this.#calls.unanswered,
      ...this.#dispatcher.counts,
      streams: this.references.activeStreams,
      references: this.references.heldTargets,
    };
  }

  /** Makes a call. The promise settles exactly once, whatever becomes of the peer. */
  call(call: OutboundCall, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.begin(call, options, resolve, reject, rejectLater);
      this.hold.update();
    });
  }

  /** Makes a call whose result may be called before it is there. Undefined instead of the pending call if it has settled at once. */
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

  /** Whether the peer takes calls of what a call will return. */
  canFollow(leader: PendingCall): boolean {
    return this.peer.limits.pipelining === true && this.#calls.canFollow(leader);
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
   * @throws {RpcError} `unavailable` if the connection is over, `resourceExhausted` if the arguments are too large.
   */
  notify(call: OutboundCall, options: CallOptions): void {
    this.#calls.notify(call, options);
  }

  /** Resolves once the peer has begun everything that was sent before. */
  flush(options: FlushOptions): Promise<void> {
    const { ended } = this.#closing;
    if (ended !== undefined) return Promise.reject(endedError("flush", ended, this.endpoint));
    const flushed = this.#oneWay.flush(options);
    this.hold.update();
    return flushed;
  }

  /** Takes one message of the peer; what breaks the protocol ends the session. */
  receive(bytes: Uint8Array): void {
    if (this.isEnded) return;
    this.#delivering = true;
    this.#received++;
    try {
      this.#inbox.take(bytes);
    } catch (thrown) {
      this.fail(RpcError.from(thrown, "internal"));
    }
    this.#delivering = false;
    this.hold.update();
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
    this.#closing.transportClosed(error);
  }

  /** Ends the session because the peer broke a rule; the peer is told which. */
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

  /** Why no call can be made on this connection any more, if so. */
  #refusal({ label, target, leader }: OutboundCall): RpcError | undefined {
    const { ended, drainingBy } = this.#closing;
    if (ended !== undefined) return endedError(label, ended, this.endpoint, "was not sent");
    // What came by reference belongs to calls that are still under way.
    const byReference = leader !== undefined || target >= this.peer.services.length;
    if (drainingBy === undefined || byReference) return undefined;
    const who = drainingBy === "local" ? "this side" : "the peer";
    return new RpcError(
      "unavailable",
      `${label} was not sent: ${who} is closing the connection to ${this.endpoint}`,
    );
  }

  /** Something that the end of the connection, or of the process, may wait for is over. */
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

  /** Tells all that waits here. */
  #end(reason: CloseReason): void {
    const { unconfirmed: oneWayCalls } = this.#oneWay;
    this.#lost = { calls: this.#calls.waiting, oneWayCalls, ...this.references.imports.held };
    this.#calls.failAll((label) => endedError(label, reason, this.endpoint));
    this.#oneWay.end(endedError("flush", reason, this.endpoint));
    this.#inbox.end();
    this.#heartbeat?.stop();
    this.#dispatcher.stop(
      new RpcError("cancelled", "the connection to the caller ended", { cause: reason.error }),
    );
    this.references.end((what) => endedError(what, reason, this.endpoint, "did not come to its end"));
    this.#closing.checkDrained();
    publishConnection({ type: "close", connection: this.connection, reason });
  }
}

/** Of a call that a promise stands for; its `this` is the pending call, so that no call pays for one of its own. */
function rejectLater(this: PendingCall, error: Error): void {
  rejectAwaited(this.resolve, error);
}

/** What a link that lives has lost. */
export const nothingLost: LostWork = {
  calls: 0,
  oneWayCalls: 0,
  streams: 0,
  references: 0,
  subscriptions: 0,
};
