import { type CloseOptions, type CloseReason, closeOptionNames } from "../call/connection.js";
import { Deadline } from "../call/deadline.js";
import type { Outbox } from "../call/outbox.js";
import { assertOptions } from "../errors/assert-options.js";
import { shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { afterRejections } from "../runtime/rejection.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeEnd, encodeGoodbye } from "../wire/messages/connection.js";

/** What the end of a session works with. */
export interface ClosingOptions {
  readonly transport: TransportConnection;
  readonly outbox: Outbox;
  readonly endpoint: string;
  /** Calls of this side that have no answer yet. */
  readonly waitingCalls: () => number;
  /** Calls, streams and questions to the peer that are not over, in either direction. */
  readonly activeWork: () => number;
  /** Called once, before this side says goodbye. */
  readonly onGoodbye: () => void;
  /** Told once, before {@link Closing.closed} resolves: whoever waits has to hear of it. */
  readonly onEnd: (reason: CloseReason) => void;
}

const defaultDrainMs = 5_000;

/** Milliseconds for the last message of a session that ends at once. */
const endMs = 1_000;

/**
 * How a session comes to its end. It is in one of three states: open; draining, when either side has said goodbye and no new calls are
 * made; ended, which it is once and for one reason.
 */
export class Closing {
  /** Resolves when the session has ended. */
  readonly closed: Promise<CloseReason>;
  readonly #options: ClosingOptions;
  readonly #resolveClosed: (reason: CloseReason | Promise<CloseReason>) => void;
  #drainingBy: "local" | "peer" | undefined;
  #peerSaidGoodbye = false;
  #whenDrained: (() => void) | undefined;
  #ended: CloseReason | undefined;

  constructor(options: ClosingOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
  }

  /** Why the session is over, once it is. */
  get ended(): CloseReason | undefined {
    return this.#ended;
  }

  /** Who began to close the connection, once somebody has. */
  get drainingBy(): "local" | "peer" | undefined {
    return this.#drainingBy;
  }

  /** Says goodbye, waits until nothing is under way or the time for that is over, and ends. */
  async close(options: CloseOptions): Promise<void> {
    assertOptions("close", options, closeOptionNames);
    const { drainMs = defaultDrainMs } = options;
    const { transport } = this.#options;
    if (this.#ended !== undefined) return transport.close();
    if (this.#drainingBy !== "local") {
      this.#sayGoodbye("local");
      await this.#drain(drainMs);
      this.end({ by: "local" });
      await transport.close();
    } else {
      await this.closed;
    }
  }

  /** The peer makes no calls any more, and expects none. */
  takeGoodbye(): void {
    this.#peerSaidGoodbye = true;
    if (this.#drainingBy === undefined) this.#sayGoodbye("peer");
    this.checkDrained();
  }

  /** The peer has ended the session, and said why. */
  takeEnd(error: RpcError): void {
    this.end({ by: "peer", error });
    void this.#options.transport.close();
  }

  /** The transport is at its end. */
  transportClosed(error: RpcError | undefined): void {
    if (error !== undefined) return this.end({ by: "peer", error });
    const orderly = this.#peerSaidGoodbye && this.#options.waitingCalls() === 0;
    const how = this.#peerSaidGoodbye
      ? "closed the connection before it had answered"
      : "went away without a goodbye";
    const vanished = new RpcError("unavailable", `${this.#options.endpoint}: the peer ${how}`);
    this.end(orderly ? { by: this.#drainingBy ?? "peer" } : { by: "peer", error: vanished });
  }

  /** Something that a drain waits for may be over. */
  checkDrained(): void {
    if (this.#whenDrained === undefined) return;
    if (this.#ended !== undefined || (this.#peerSaidGoodbye && this.#options.activeWork() === 0)) {
      this.#whenDrained();
    }
  }

  /** Ends the session at once and tells the peer why. */
  endTransport(reason: CloseReason & { readonly error: RpcError }): void {
    const { outbox, transport } = this.#options;
    outbox.sendControl(encodeEnd(shortError(reason.error)));
    this.end(reason);
    // The peer broke a rule or is not wanted any more: it gets a moment to hear why, however slowly it reads.
    const deadline = new Deadline(endMs, () => transport.abort(reason.error));
    void transport.close().finally(() => deadline.clear());
  }

  /** The one place where a session ends: everything that waits is told, then {@link closed} resolves. */
  end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#options.onEnd(reason);
    this.#resolveClosed(afterRejections(reason));
  }

  #sayGoodbye(by: "local" | "peer"): void {
    if (this.#drainingBy === undefined) {
      this.#options.onGoodbye();
      this.#options.outbox.sendControl(encodeGoodbye());
    }
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
      this.checkDrained();
    });
  }
}
