import { shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { withObservers } from "../interceptor/call-events.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import { Admission } from "../policy/admission.js";
import type { TargetShape } from "../reference/target-shape.js";
import type { CallOptions } from "../service/service.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeEnd, encodeGoodbye, encodePing } from "../wire/encode-message.js";
import type { Introduction } from "../wire/message.js";
import { Answers } from "./answers.js";
import { endedError } from "./call-errors.js";
import type { CloseOptions, CloseReason, Connection, LostWork } from "./connection.js";
import { publishConnection } from "./connection-events.js";
import { Deadline } from "./deadline.js";
import { Dispatcher } from "./dispatcher.js";
import { Heartbeat, heartbeatTimes } from "./heartbeat.js";
import { Inbox } from "./inbox.js";
import { type OutboundCall, OutboundCalls } from "./outbound-calls.js";
import { Outbox } from "./outbox.js";
import type { ImportedTarget } from "./references/imported-target.js";
import { References } from "./references/references.js";
import type { SessionCounts } from "./session-counts.js";
import type { SessionOptions } from "./session-options.js";
import { Settlement, synchronousRefusal } from "./synchronous-call.js";

/** The public face of a session, which also makes what stands for the peer's objects. */
export interface SessionFace extends Connection {
  /** What the program calls to call an object or function of the peer. */
  proxyOf(target: ImportedTarget, shape: TargetShape): object;
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
  readonly #calls: OutboundCalls;
  readonly #inbox: Inbox;
  /** What travels by reference on this connection. */
  readonly references: References;
  readonly #resolveClosed: (reason: CloseReason) => void;
  #drainingBy: "local" | "peer" | undefined;
  #peerSaidGoodbye = false;
  #whenDrained: (() => void) | undefined;
  #ended: CloseReason | undefined;
  /** Messages of the peer so far. */
  #received = 0;
  readonly #heartbeat: Heartbeat | undefined;
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
    const admission = new Admission({ peer: transport.peer, authorize: options.authorize, report });
    this.references = new References({
      limits: options.limits,
      outbox: this.#outbox,
      sendEnd: (producer, failure) => this.#answers.streamEnd(producer, failure),
      peer: this.peer.limits,
      services: options.services,
      refusal: (own, asked) => admission.refusalToPassBack(own, asked),
      proxyOf: (target, shape) => face.proxyOf(target, shape),
      report,
      onChange: () => this.#checkDrained(),
      fail: (error) => this.fail(error),
    });
    this.#calls = new OutboundCalls({
      limits: options.limits,
      peer: this.peer,
      outbox: this.#outbox,
      references: this.references,
      endpoint: this.endpoint,
      refusal: (call) => this.#refusal(call),
      onAnswered: () => this.#checkDrained(),
    });
    this.#dispatcher = new Dispatcher({
      services: options.services,
      limits: options.limits,
      outbox: this.#outbox,
      answers: this.#answers,
      connection: this.connection,
      references: this.references,
      interceptors: () => this.interceptors,
      report,
      onIdle: () => this.#checkDrained(),
    });
    publishConnection({ type: "open", connection: this.connection });
    this.#inbox = new Inbox({
      services: options.services,
      limits: options.limits,
      outbox: this.#outbox,
      calls: this.#calls,
      dispatcher: this.#dispatcher,
      references: this.references,
      admission,
      report,
      goodbye: () => this.#takeGoodbye(),
      end: (error) => this.#takeEnd(error),
    });
    const times = heartbeatTimes(options.heartbeat, transport.capabilities.noticesDeath);
    if (times !== undefined) {
      this.#heartbeat = new Heartbeat(times, {
        received: () => this.#received,
        ask: () => this.#outbox.sendControl(encodePing(0)),
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
    return this.#ended === undefined && this.#drainingBy === undefined;
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
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
      this.#calls.begin(call, options, resolve, reject);
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
    const pending = this.#calls.begin(call, options, settlement.resolve, settlement.reject);
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

  /** Takes one message of the peer; what breaks the protocol ends the session. */
  receive(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    this.#delivering = true;
    this.#received++;
    try {
      this.#inbox.take(bytes);
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
    const orderly = this.#peerSaidGoodbye && this.#calls.waiting === 0;
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

  #takeGoodbye(): void {
    this.#peerSaidGoodbye = true;
    if (this.#drainingBy === undefined) this.#sayGoodbye("peer");
    this.#checkDrained();
  }

  #takeEnd(error: RpcError): void {
    this.#end({ by: "peer", error });
    void this.#transport.close();
  }

  /** Why no call can be made on this connection any more, if so. */
  #refusal({ label, target }: OutboundCall): RpcError | undefined {
    if (this.#ended !== undefined) return endedError(label, this.#ended, this.endpoint);
    // What came by reference belongs to calls that are still under way.
    if (this.#drainingBy === undefined || target >= this.peer.services.length) return undefined;
    const who = this.#drainingBy === "local" ? "this side" : "the peer";
    return new RpcError("unavailable", `${label}: ${who} is closing the connection to ${this.endpoint}`);
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
    this.#lost = { calls: this.#calls.waiting, ...this.references.imports.held };
    this.#calls.failAll((label) => endedError(label, reason, this.endpoint));
    this.#inbox.end();
    this.#heartbeat?.stop();
    this.#dispatcher.stop(
      new RpcError("cancelled", "the connection to the caller ended", { cause: reason.error }),
    );
    this.references.end(endedError("a stream", reason, this.endpoint, "did not come to its end"));
    this.#whenDrained?.();
    publishConnection({ type: "close", connection: this.connection, reason });
    this.#resolveClosed(reason);
  }
}

/** What a link that lives has lost. */
export const nothingLost: LostWork = { calls: 0, streams: 0, references: 0, subscriptions: 0 };
