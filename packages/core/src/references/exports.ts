import { captureContext } from "../call/context-storage.js";
import type { MessageSender } from "../call/message-sender.js";
import { errorFromWire } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Limits } from "../transport/limits.js";
import type { ReleaseMessage, WireReference } from "../wire/messages/reference.js";
import type { CreditMessage, StopMessage } from "../wire/messages/stream.js";
import { discard } from "./discard.js";
import type { InboundRef, OutboundRef, ReferenceWriter } from "./exchanges.js";
import { addHolder, type ExportedTarget, removeHolder, uncountHolder } from "./exported-target.js";
import type { RefLifetime } from "./ref-lifetime.js";
import { isSubscription, watchEnd } from "./shapes/subscription.js";
import { createItemLink, type MessageReferences } from "./streams/item-link.js";
import { type ProducerLink, type StreamFailure, StreamProducer } from "./streams/stream-producer.js";

/** Options for `Exports`. */
export interface ExportsOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  /** Limits of the peer. */
  readonly peer: { readonly maxNesting: number; readonly maxElements: number };
  /** Number of the first export: the count of services that this side offers. */
  readonly firstNumber: number;
  /** Makes the exchange for the references of an item. */
  readonly outgoing: () => ReferenceWriter;
  /** Sends the end of a stream to the peer. */
  readonly sendEnd: (producer: StreamProducer, failure: StreamFailure | undefined) => void;
  /** Notifies the peer that an object it holds has ended. */
  readonly sendGone: (target: ExportedTarget, error: RpcError | undefined) => void;
  readonly report: (error: unknown, method?: string) => void;
  /** Called when a stream is over. */
  readonly onChange: () => void;
}

/** An export that the peer has been given, by number. */
export type Exported = RefLifetime & { readonly number: number };

/** Everything that this side has given to the peer by reference. */
export class Exports {
  readonly #options: ExportsOptions;
  readonly #targets = new Map<number, ExportedTarget>();
  readonly #producers = new Map<number, StreamProducer>();
  readonly #link: ProducerLink;
  #nextNumber: number;

  constructor(options: ExportsOptions) {
    this.#options = options;
    this.#nextNumber = options.firstNumber;
    this.#link = createItemLink({
      ...options,
      send: (message, references) => this.send(message, references).bytes,
      sendEnd: (producer, failure) => {
        this.#producers.delete(producer.number);
        options.sendEnd(producer, failure);
        options.onChange();
      },
    });
  }

  /** Number of streams that are not over. */
  get streams(): number {
    return this.#producers.size;
  }

  /** Number of objects and functions that the peer holds. */
  get targets(): number {
    return this.#targets.size;
  }

  /** Returns the export with this number, unless the peer has released it. */
  target(number: number): ExportedTarget | undefined {
    const target = this.#targets.get(number);
    return target?.released === true ? undefined : target;
  }

  /**
   * Returns the exports that a call uses: its target, and those that came back among its arguments.
   */
  targetsOf(
    target: ExportedTarget | undefined,
    received: readonly InboundRef[] = [],
  ): readonly ExportedTarget[] {
    const given = new Set(
      received.map((item) =>
        item.kind === "receiverHosted" ? (item.exported as Partial<ExportedTarget>) : undefined,
      ),
    );
    return [target, ...given].filter(
      (own): own is ExportedTarget => own?.number !== undefined && this.#targets.get(own.number) === own,
    );
  }

  /**
   * Keeps a target for a queued call. A release that arrives meanwhile takes effect after the call
   * has started.
   */
  keep(target: ExportedTarget): void {
    target.waitingCalls++;
  }

  /** Reverts {@link keep} once the call has started or was dropped. */
  letGo(target: ExportedTarget): void {
    target.waitingCalls--;
    this.#loseIfReleased(target);
  }

  /**
   * Sends a message and registers what it refers to.
   * @throws {RpcError} `resourceExhausted` if it is too large, or if the peer holds too much.
   * Nothing was sent then, and its references are discarded.
   */
  send(
    message: Uint8Array,
    { what, label, exchange }: MessageReferences,
  ): { readonly bytes: number; readonly exported: readonly Exported[] } {
    const { sender, report } = this.#options;
    try {
      const { references, exported } = this.#register(exchange.given, label);
      try {
        sender.send(message, what, references);
      } catch (thrown) {
        this.#unregister(exported);
        throw thrown;
      }
      this.#start(exported);
      return { bytes: message.length, exported };
    } catch (thrown) {
      discard(exchange.given, report);
      throw thrown;
    }
  }

  takeCredit({ stream, bytes }: CreditMessage): void {
    this.#checkOurs(stream, "credit for");
    this.#producers.get(stream)?.credit(bytes);
  }

  takeStop({ stream, error }: StopMessage): void {
    this.#checkOurs(stream, "a stop of");
    this.#producers.get(stream)?.stop(error === undefined ? undefined : errorFromWire(error));
  }

  /**
   * Handles the release of an object by the peer.
   * @throws {RpcError} `internal` if the peer does not hold it.
   */
  takeRelease({ number }: ReleaseMessage): void {
    const target = this.target(number);
    if (target === undefined)
      throw new RpcError("internal", `the peer released ${number}, which it does not hold`);
    target.released = true;
    this.#loseIfReleased(target);
  }

  /** Resumes streams once the transport accepts messages again. */
  drained(): void {
    for (const producer of this.#producers.values()) producer.wake();
  }

  /** Ends all exports with the connection. */
  end(): void {
    for (const producer of drain(this.#producers)) producer.lose();
    for (const target of drain(this.#targets)) this.#lost(target);
  }

  /**
   * Registers the references of a message under new numbers. Called right before the message is
   * sent.
   * @returns the list for the peer, and the exports that live on.
   * @throws {RpcError} `resourceExhausted` if the peer holds too much already.
   */
  #register(
    given: readonly OutboundRef[],
    label: string,
  ): {
    readonly references: readonly WireReference[];
    readonly exported: readonly Exported[];
  } {
    this.#checkRoom(given, label);
    const exported: Exported[] = [];
    const references = given.map((item): WireReference => {
      if (item.kind === "receiverHosted") return { kind: "receiverHosted", number: item.target.number };
      const number = this.#nextNumber++;
      if (item.kind === "stream") {
        const producer = new StreamProducer(number, { ...item, label }, this.#link);
        this.#producers.set(number, producer);
        exported.push(producer);
        return { kind: "stream", number };
      }
      const { definition } = item.shape;
      const target: ExportedTarget = {
        number,
        definition,
        implementation: item.value,
        context: captureContext(),
        label,
        gone: false,
        released: false,
        waitingCalls: 0,
        unwatch: undefined,
        onGone: undefined,
      };
      this.#targets.set(number, target);
      addHolder(target);
      exported.push(target);
      return { kind: "object", number };
    });
    return { references, exported };
  }

  /** @throws {RpcError} `resourceExhausted` if the peer would hold too much. */
  #checkRoom(given: readonly OutboundRef[], label: string): void {
    const { maxReferences, maxStreams } = this.#options.limits;
    const streams = given.filter(({ kind }) => kind === "stream").length;
    if (this.#producers.size + streams > maxStreams) {
      const full = `${label}: maxStreams = ${maxStreams} streams of this side are running; some have to end first`;
      throw new RpcError("resourceExhausted", full);
    }
    if (this.#targets.size + given.length - streams > maxReferences) {
      const full = `${label}: the peer holds maxReferences = ${maxReferences} references of this side already; it has to release some`;
      throw new RpcError("resourceExhausted", full);
    }
  }

  /** Reverts {@link #register} for a message that was not sent. */
  #unregister(exported: readonly Exported[]): void {
    for (const { number } of exported) {
      this.#producers.delete(number);
      const target = this.#targets.get(number);
      if (target === undefined) continue;
      this.#targets.delete(number);
      uncountHolder(target);
    }
  }

  /** Starts the exports of a message that was sent. */
  #start(exported: readonly Exported[]): void {
    for (const { number } of exported) {
      this.#producers.get(number)?.start();
      const target = this.#targets.get(number);
      if (target !== undefined && isSubscription(target)) this.#watch(target);
    }
  }

  /**
   * Notifies the peer when a subscription ends by itself; the peer releases it then. Reports the
   * cause of an internal error here, because the peer does not see it.
   */
  #watch(target: ExportedTarget): void {
    target.unwatch = watchEnd(target.implementation, ({ error }) => {
      if (error?.code === "internal" && error.cause !== undefined)
        this.#options.report(error.cause, "a listener of events");
      this.#options.sendGone(target, error);
    });
  }

  #loseIfReleased(target: ExportedTarget): void {
    if (target.gone || !target.released || target.waitingCalls > 0) return;
    this.#targets.delete(target.number);
    this.#lost(target);
  }

  #lost(target: ExportedTarget): void {
    target.gone = true;
    target.unwatch?.();
    removeHolder(target, this.#options.report);
    target.onGone?.();
  }

  /**
   * Checks a stream number. A message for a stream that has ended may have been in flight; one for
   * a stream that never existed is a violation.
   */
  #checkOurs(stream: number, what: string): void {
    if (stream < this.#options.firstNumber || stream >= this.#nextNumber) {
      throw new RpcError("internal", `the peer sent ${what} stream ${stream}, which does not exist`);
    }
  }
}

function* drain<T>(table: Map<number, T>): Generator<T> {
  const all = [...table.values()];
  table.clear();
  yield* all;
}
