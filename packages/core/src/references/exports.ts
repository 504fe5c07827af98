import { captureContext } from "../call/context-storage.js";
import type { MessageSender } from "../call/message-sender.js";
import { errorFromWire } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { convertWhole } from "../shape/conversion.js";
import type { Limits } from "../transport/limits.js";
import { encodeItems } from "../wire/encode-message.js";
import type { CreditMessage, ReleaseMessage, StopMessage, WireReference } from "../wire/message.js";
import { discard } from "./discard.js";
import type { Given, OutgoingExchange, Received } from "./exchanges.js";
import { addHolder, type ExportedTarget, removeHolder, uncountHolder } from "./exported-target.js";
import type { Lived } from "./lived.js";
import { isSubscription, watchEnd } from "./shapes/subscription.js";
import { type ProducerLink, type StreamFailure, StreamProducer } from "./streams/stream-producer.js";

/** What the exports of a session work with. */
export interface ExportsOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  /** What the peer takes. */
  readonly peer: { readonly maxNesting: number; readonly maxElements: number };
  /** The number of the first export: how many services this side offers. */
  readonly firstNumber: number;
  /** Makes what gathers the references of an item. */
  readonly outgoing: () => OutgoingExchange;
  /** Tells the peer of the end of a stream. */
  readonly sendEnd: (producer: StreamProducer, failure: StreamFailure | undefined) => void;
  /** Tells the peer that what it holds has ended. */
  readonly sendGone: (target: ExportedTarget, error: RpcError | undefined) => void;
  readonly report: (error: unknown, method?: string) => void;
  /** A stream is over. */
  readonly onChange: () => void;
}

/** What the peer has got of this side, by number. */
export type Exported = Lived & { readonly number: number };

/** A peer whose limit is above this takes any of our batches: an item has a byte at least, and elements of its own only if it is larger. */
const elementsForBatches = 65_536;

/** What this side has given to the peer by reference. */
export class Exports {
  readonly #options: ExportsOptions;
  readonly #targets = new Map<number, ExportedTarget>();
  readonly #producers = new Map<number, StreamProducer>();
  readonly #link: ProducerLink;
  #nextNumber: number;

  constructor(options: ExportsOptions) {
    this.#options = options;
    this.#nextNumber = options.firstNumber;
    const { sender, peer, report } = options;
    this.#link = {
      get congested() {
        return sender.congested;
      },
      batches: peer.maxElements >= elementsForBatches,
      maxMessageBytes: sender.maxMessageBytes,
      convert: ({ shape }, item) => {
        return convertWhole(shape.item, item, true, peer.maxNesting);
      },
      sendItem: (producer, item) => this.#sendItem(producer, item),
      send: (producer, message) => sender.send(message, whatOf(producer)),
      drop: (producer, item) => {
        if (producer.shape.itemsCarry) this.#drop(producer, item);
      },
      sendEnd: (producer, failure) => {
        this.#producers.delete(producer.number);
        options.sendEnd(producer, failure);
        options.onChange();
      },
      report,
    };
  }

  /** Streams that are not over. */
  get streams(): number {
    return this.#producers.size;
  }

  /** Objects and functions that the peer holds. */
  get targets(): number {
    return this.#targets.size;
  }

  /** What the peer means by a number that is none of the services. */
  target(number: number): ExportedTarget | undefined {
    const target = this.#targets.get(number);
    return target?.released === true ? undefined : target;
  }

  /** What a call of a target, and with what came by reference, needs of this side. */
  targetsOf(
    target: ExportedTarget | undefined,
    received: readonly Received[] = [],
  ): readonly ExportedTarget[] {
    const given = new Set(
      received.map((item) =>
        item.kind === "yours" ? (item.exported as Partial<ExportedTarget>) : undefined,
      ),
    );
    return [target, ...given].filter(
      (own): own is ExportedTarget => own?.number !== undefined && this.#targets.get(own.number) === own,
    );
  }

  /** Holds a target for a call that waits to be started: a release that comes meanwhile takes effect after that. */
  keep(target: ExportedTarget): void {
    target.waitingCalls++;
  }

  /** The call has begun, or does not begin any more. */
  letGo(target: ExportedTarget): void {
    target.waitingCalls--;
    this.#loseIfReleased(target);
  }

  /**
   * Sends a message and what it refers to.
   * @throws {RpcError} `resourceExhausted` if it is too large, or the peer holds too much; nothing was sent then, and what was to be given is let go of.
   */
  send(
    message: Uint8Array,
    {
      what,
      label,
      exchange,
    }: { readonly what: string; readonly label: string; readonly exchange: OutgoingExchange },
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
   * The peer needs an object no more.
   * @throws {RpcError} `internal` if it does not hold it.
   */
  takeRelease({ number }: ReleaseMessage): void {
    const target = this.target(number);
    if (target === undefined)
      throw new RpcError("internal", `the peer released ${number}, which it does not hold`);
    target.released = true;
    this.#loseIfReleased(target);
  }

  /** The transport takes messages again. */
  drained(): void {
    for (const producer of this.#producers.values()) producer.wake();
  }

  /** The connection is over. */
  end(): void {
    for (const producer of drain(this.#producers)) producer.lose();
    for (const target of drain(this.#targets)) this.#lost(target);
  }

  /**
   * Makes what a message has given away known under numbers of its own, to be called right before it is sent.
   * @returns the list for the peer, and what of it lives on.
   * @throws {RpcError} `resourceExhausted` if the peer holds too much already.
   */
  #register(
    given: readonly Given[],
    label: string,
  ): {
    readonly references: readonly WireReference[];
    readonly exported: readonly Exported[];
  } {
    this.#checkRoom(given, label);
    const exported: Exported[] = [];
    const references = given.map((item): WireReference => {
      if (item.kind === "yours") return { kind: "yours", number: item.target.number };
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
  #checkRoom(given: readonly Given[], label: string): void {
    const { maxReferences, maxStreams } = this.#options.limits;
    const streams = given.filter(({ kind }) => kind === "stream").length;
    if (this.#producers.size + streams > maxStreams) {
      const full = `${label}: maxStreams = ${maxStreams} streams of this side are under way; some have to end first`;
      throw new RpcError("resourceExhausted", full);
    }
    if (this.#targets.size + given.length - streams > maxReferences) {
      const full = `${label}: the peer holds maxReferences = ${maxReferences} references of this side already; it has to release some`;
      throw new RpcError("resourceExhausted", full);
    }
  }

  /** The message that was to carry them was not sent after all. */
  #unregister(exported: readonly Exported[]): void {
    for (const { number } of exported) {
      this.#producers.delete(number);
      const target = this.#targets.get(number);
      if (target === undefined) continue;
      this.#targets.delete(number);
      uncountHolder(target);
    }
  }

  /** The message that carries them is on its way. */
  #start(exported: readonly Exported[]): void {
    for (const { number } of exported) {
      this.#producers.get(number)?.start();
      const target = this.#targets.get(number);
      if (target !== undefined && isSubscription(target)) this.#watch(target);
    }
  }

  /** A subscription may end by itself. The peer releases it then; what broke here is told here, since it learns no more than that something did. */
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

  /** A stream may have ended while the peer's message was under way; one that never was is no stream. */
  #checkOurs(stream: number, what: string): void {
    if (stream < this.#options.firstNumber || stream >= this.#nextNumber) {
      throw new RpcError("internal", `the peer sent ${what} stream ${stream}, which does not exist`);
    }
  }

  #sendItem(producer: StreamProducer, value: unknown): number {
    const { sender, peer } = this.#options;
    const { shape, label, number } = producer;
    const exchange = shape.itemsCarry ? this.#options.outgoing() : undefined;
    let item: unknown;
    try {
      item = convertWhole(shape.item, value, true, peer.maxNesting, exchange);
    } catch (thrown) {
      if (exchange !== undefined) discard(exchange.given, this.#options.report);
      throw thrown;
    }
    const message = encodeItems(number, [item]);
    if (exchange !== undefined) this.send(message, { what: whatOf(producer), label, exchange });
    else sender.send(message, whatOf(producer));
    return message.length;
  }

  /** Lets go of what an item would have given to the peer. */
  #drop({ shape }: StreamProducer, value: unknown): void {
    const { outgoing, peer, report } = this.#options;
    const exchange = outgoing();
    try {
      convertWhole(shape.item, value, true, peer.maxNesting, exchange);
    } catch {
      // It is none: what was found in it until then is let go of.
    }
    discard(exchange.given, report);
  }
}

/** A producer's message in words, for the error of one that is too large. */
function whatOf({ label }: StreamProducer): string {
  return `an item of ${label}`;
}

function* drain<T>(table: Map<number, T>): Generator<T> {
  const all = [...table.values()];
  table.clear();
  yield* all;
}
