import { type CloseOptions, type CloseReason, closeOptionNames } from "../call/connection.js";
import { Deadline } from "../call/deadline.js";
import type { MessageSender } from "../call/message-sender.js";
import { assertOptions } from "../errors/assert-options.js";
import { shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { afterRejections } from "../runtime/rejection.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeEnd, encodeGoodbye } from "../wire/messages/connection.js";

/** Options for {@link Closing}. */
export interface ClosingOptions {
  readonly transport: TransportConnection;
  readonly sender: MessageSender;
  readonly endpoint: string;
  /** Number of pending calls of this side. */
  readonly waitingCalls: () => number;
  /** Number of calls, streams and pings that are pending, in either direction. */
  readonly activeWork: () => number;
  /** Called once, before this side says goodbye. */
  readonly onGoodbye: () => void;
  /** Called once, before {@link Closing.closed} resolves, to fail everything that is pending. */
  readonly onEnd: (reason: CloseReason) => void;
}

const defaultDrainMs = 5_000;

/** Milliseconds for the last message of a session that ends at once. */
const endMs = 1_000;

/**
 * The lifecycle of a session, in three states: open; draining, once either side has said goodbye
 * and no new calls are made; ended, once and for one reason.
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

  /** The reason why the session has ended; undefined before. */
  get ended(): CloseReason | undefined {
    return this.#ended;
  }

  /** The side that began to close the connection; undefined before. */
  get drainingBy(): "local" | "peer" | undefined {
    return this.#drainingBy;
  }

  /**
   * Says goodbye, waits until nothing is in flight or `drainMs` have passed, and ends the session.
   */
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

  /** Handles the peer's goodbye: it makes no more calls and accepts none. */
  takeGoodbye(): void {
    this.#peerSaidGoodbye = true;
    if (this.#drainingBy === undefined) this.#sayGoodbye("peer");
    this.checkDrained();
  }

  /** Handles a message with which the peer ends the session. */
  takeEnd(error: RpcError): void {
    this.end({ by: "peer", error });
    void this.#options.transport.close();
  }

  /** Handles the end of the transport connection. */
  transportClosed(error: RpcError | undefined): void {
    if (error !== undefined) return this.end({ by: "peer", error });
    const orderly = this.#peerSaidGoodbye && this.#options.waitingCalls() === 0;
    const how = this.#peerSaidGoodbye
      ? "closed the connection before it had answered"
      : "disconnected without a goodbye";
    const vanished = new RpcError("unavailable", `${this.#options.endpoint}: the peer ${how}`);
    this.end(orderly ? { by: this.#drainingBy ?? "peer" } : { by: "peer", error: vanished });
  }

  /** Completes a drain if nothing is pending any more. */
  checkDrained(): void {
    if (this.#whenDrained === undefined) return;
    if (this.#ended !== undefined || (this.#peerSaidGoodbye && this.#options.activeWork() === 0)) {
      this.#whenDrained();
    }
  }

  /** Ends the session at once and sends the peer the reason. */
  endTransport(reason: CloseReason & { readonly error: RpcError }): void {
    const { sender, transport } = this.#options;
    sender.sendControl(encodeEnd(shortError(reason.error)));
    this.end(reason);
    // The peer violated the protocol, or this side aborted. The reason gets a moment to arrive,
    // even if the peer reads slowly.
    const deadline = new Deadline(endMs, () => transport.abort(reason.error));
    void transport.close().finally(() => deadline.clear());
  }

  /**
   * Ends the session: fails everything that is pending, then resolves {@link closed}. Every end
   * goes through this method.
   */
  end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#options.onEnd(reason);
    this.#resolveClosed(afterRejections(reason));
  }

  #sayGoodbye(by: "local" | "peer"): void {
    if (this.#drainingBy === undefined) {
      this.#options.onGoodbye();
      this.#options.sender.sendControl(encodeGoodbye());
    }
    this.#drainingBy = by;
  }

  /**
   * Resolves when no call is in flight and neither side can make one, after `drainMs`, or when the
   * session ends.
   */
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
