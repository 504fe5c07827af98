import { errorFromWire, shortError } from "../../errors/error-wire.js";
import { RpcError } from "../../errors/rpc-error.js";
import type { StreamShape } from "../../reference/stream-shape.js";
import type { TargetShape } from "../../reference/target-shape.js";
import { resetWrongGuesses } from "../../shape/union-shape.js";
import type { Limits } from "../../transport/limits.js";
import { encodeCredit, encodeItems, encodeRelease, encodeStop } from "../../wire/encode-message.js";
import type {
  CreditMessage,
  ItemsMessage,
  ReleaseMessage,
  StopMessage,
  StreamEndMessage,
  WireReference,
} from "../../wire/message.js";
import type { Outbox } from "../outbox.js";
import { type Given, giveBack, IncomingExchange, OutgoingExchange, type Received } from "./exchanges.js";
import { addHolder, type ExportedTarget, removeHolder } from "./exported-target.js";
import { ImportedTarget } from "./imported-target.js";
import type { Lived } from "./lived.js";
import { type ConsumerLink, StreamConsumer } from "./stream-consumer.js";
import { type ProducerLink, type StreamFailure, StreamProducer } from "./stream-producer.js";

/** What the references of a session work with. */
export interface ReferencesOptions {
  readonly limits: Limits;
  readonly outbox: Outbox;
  /** Tells the peer of the end of a stream. */
  readonly sendEnd: (producer: StreamProducer, failure: StreamFailure | undefined) => void;
  /** What the peer takes. */
  readonly peer: { readonly maxNesting: number; readonly maxElements: number };
  /** The number of the first export: how many services this side offers. */
  readonly firstNumber: number;
  readonly proxyOf: (target: ImportedTarget, shape: TargetShape) => object;
  readonly report: (error: unknown, method?: string) => void;
  /** A stream has ended, or was begun. */
  readonly onChange: () => void;
}

/** The references of the message that comes next. */
export interface Announced {
  readonly received: readonly Received[];
  /** Why they are refused, if they are. */
  readonly refused: RpcError | undefined;
}

/** A peer whose batches are as ours never needs more elements in one message. */
const elementsForBatches = 65_536;

/** What travels by reference on one connection: what this side has given to the peer, and what it holds of the peer's. */
export class References {
  readonly #options: ReferencesOptions;
  readonly #exports = new Map<number, ExportedTarget>();
  readonly #producers = new Map<number, StreamProducer>();
  readonly #imports = new Map<number, ImportedTarget>();
  readonly #consumers = new Map<number, StreamConsumer>();
  readonly #consumerLink: ConsumerLink;
  readonly #producerLink: ProducerLink;
  #nextNumber: number;
  /** Numbers of the peer up to here, its own excepted, were used. */
  #peerNumber = -1;
  #grownBytes = 0;
  #ended = false;

  constructor(options: ReferencesOptions) {
    this.#options = options;
    this.#nextNumber = options.firstNumber;
    const { limits, outbox, peer, report } = options;
    this.#consumerLink = {
      maxWindowBytes: limits.maxStreamWindowBytes,
      mayGrow: (bytes) => this.#mayGrow(bytes),
      giveBack: (bytes) => {
        this.#grownBytes -= bytes;
        options.onChange();
      },
      sendCredit: (stream, bytes) => outbox.sendControl(encodeCredit(stream, bytes)),
      sendStop: (stream, error) =>
        outbox.sendControl(encodeStop(stream, error === undefined ? undefined : shortError(error))),
    };
    this.#producerLink = {
      get congested() {
        return outbox.congested;
      },
      batches: peer.maxElements >= elementsForBatches,
      sendItems: (producer, items) => this.#sendItems(producer, items),
      sendEnd: (producer, failure) => {
        this.#producers.delete(producer.number);
        options.sendEnd(producer, failure);
        options.onChange();
      },
      report,
    };
  }

  /** Streams that are not over, in either direction. */
  get activeStreams(): number {
    return this.#producers.size + this.#consumers.size;
  }

  /** Objects and functions that this side has given to the peer, or holds of it. */
  get heldTargets(): number {
    return this.#exports.size + this.#imports.size;
  }

  outgoing(): OutgoingExchange {
    return new OutgoingExchange((target) => this.#imports.get(target.number) === target);
  }

  incoming(announced: Announced | undefined, signal?: () => AbortSignal): IncomingExchange {
    const { proxyOf } = this.#options;
    const { received, refused } = announced ?? none;
    return new IncomingExchange(received, { proxyOf, signal, refused });
  }

  /** What the peer means by a number that is none of the services. */
  exported(number: number): ExportedTarget | undefined {
    return this.#exports.get(number);
  }

  /**
   * Makes what a message has given away known under numbers of its own, to be called right before it is sent.
   * @returns the list for the peer, and what of it lives on.
   * @throws {RpcError} `resourceExhausted` if the peer holds too much already.
   */
  register(
    given: readonly Given[],
    label: string,
  ): {
    readonly references: readonly WireReference[];
    readonly exported: readonly (Lived & { number: number })[];
  } {
    const { maxReferences } = this.#options.limits;
    if (this.#exports.size + this.#producers.size + given.length > maxReferences) {
      const full = `${label}: the peer holds maxReferences = ${maxReferences} references of this side already; it has to release some`;
      throw new RpcError("resourceExhausted", full);
    }
    const exported: (Lived & { number: number })[] = [];
    const references = given.map((item): WireReference => {
      if (item.kind === "yours") return { kind: "yours", number: item.target.number };
      const number = this.#nextNumber++;
      if (item.kind === "stream") {
        const producer = new StreamProducer(number, { ...item, label }, this.#producerLink);
        this.#producers.set(number, producer);
        exported.push(producer);
        return { kind: "stream", number };
      }
      const { definition } = item.shape;
      const target: ExportedTarget = {
        number,
        definition,
        implementation: item.value,
        gone: false,
        onGone: undefined,
      };
      this.#exports.set(number, target);
      addHolder(target);
      exported.push(target);
      return { kind: "object", number };
    });
    return { references, exported };
  }

  /** The message that was to carry them was not sent after all. */
  unregister(exported: readonly (Lived & { number: number })[]): void {
    for (const { number } of exported) {
      this.#producers.delete(number);
      const target = this.#exports.get(number);
      if (target === undefined) continue;
      this.#exports.delete(number);
      removeHolder(target, this.#options.report);
    }
  }

  /** The message that carries them is on its way. */
  start(exported: readonly (Lived & { number: number })[]): void {
    for (const { number } of exported) this.#producers.get(number)?.start();
  }

  /**
   * Takes what the peer's next message refers to.
   * @throws {RpcError} `internal` if the peer refers to what does not exist, or uses a number twice.
   */
  announce(references: readonly WireReference[]): Announced {
    const received = references.map((reference) => this.#receive(reference));
    const { maxReferences } = this.#options.limits;
    const held = this.#imports.size + this.#consumers.size;
    if (held <= maxReferences) return { received, refused: undefined };
    if (held > 2 * maxReferences) {
      throw new RpcError("resourceExhausted", "the peer hands out references without end");
    }
    const full = `maxReferences = ${maxReferences} references of this peer are held here; release some`;
    return { received, refused: new RpcError("resourceExhausted", full) };
  }

  /** Gives back all that a message brought which is not read. */
  refuse(announced: Announced): void {
    for (const received of announced.received) giveBack(received);
  }

  /** @throws {RpcError} `internal` if there is no such stream, or its sender had no credit. */
  takeItems({ stream, values }: ItemsMessage, bytes: number, announced: Announced | undefined): void {
    this.#consumer(stream).take(
      values,
      bytes,
      announced === undefined ? undefined : this.incoming(announced),
    );
  }

  takeEnd({ stream, error }: StreamEndMessage): void {
    const consumer = this.#consumer(stream);
    this.#consumers.delete(stream);
    consumer.ended(error === undefined ? undefined : errorFromWire(error));
    this.#options.onChange();
  }

  /** Items, or an error, that could not be read. */
  takeOverLimit(stream: number, ended: boolean, error: RpcError): void {
    const consumer = this.#consumer(stream);
    if (ended) {
      this.#consumers.delete(stream);
      consumer.ended(error);
    } else consumer.fail(error);
  }

  takeCredit({ stream, bytes }: CreditMessage): void {
    this.#checkOurs(stream, "credit for");
    this.#producers.get(stream)?.credit(bytes);
  }

  takeStop({ stream, error }: StopMessage): void {
    this.#checkOurs(stream, "a stop of");
    this.#producers.get(stream)?.stop(error === undefined ? undefined : errorFromWire(error));
  }

  takeRelease({ number }: ReleaseMessage): void {
    const target = this.#exports.get(number);
    if (target === undefined)
      throw new RpcError("internal", `the peer released ${number}, which it does not hold`);
    this.#exports.delete(number);
    this.#lost(target);
  }

  /** The transport takes messages again. */
  drained(): void {
    for (const producer of this.#producers.values()) producer.wake();
  }

  /** The connection is over: everything by reference is gone, on both sides. */
  end(error: RpcError): void {
    this.#ended = true;
    for (const producer of drain(this.#producers)) producer.lose();
    for (const consumer of drain(this.#consumers)) consumer.lose(error);
    for (const target of drain(this.#imports)) target.lose();
    for (const target of drain(this.#exports)) this.#lost(target);
  }

  #lost(target: ExportedTarget): void {
    target.gone = true;
    removeHolder(target, this.#options.report);
    target.onGone?.();
  }

  #receive({ kind, number }: WireReference): Received {
    if (kind === "yours") {
      const exported = this.#exports.get(number);
      if (exported === undefined) {
        throw new RpcError("internal", `the peer sent back ${number}, which it does not hold`);
      }
      return { kind, exported };
    }
    if (number <= this.#peerNumber)
      throw new RpcError("internal", `the peer used the number ${number} twice`);
    this.#peerNumber = number;
    if (kind === "stream") {
      const consumer = new StreamConsumer(number, this.#consumerLink);
      this.#consumers.set(number, consumer);
      return { kind, consumer };
    }
    const target = new ImportedTarget(number, () => this.#release(number));
    this.#imports.set(number, target);
    return { kind, target };
  }

  #release(number: number): void {
    if (this.#imports.delete(number) && !this.#ended) this.#options.outbox.sendControl(encodeRelease(number));
  }

  #consumer(stream: number): StreamConsumer {
    const consumer = this.#consumers.get(stream);
    if (consumer === undefined)
      throw new RpcError("internal", `the peer sent items of stream ${stream}, which it did not begin`);
    return consumer;
  }

  /** A stream may have ended while the peer's message was under way; one that never was is no stream. */
  #checkOurs(stream: number, what: string): void {
    if (stream < this.#options.firstNumber || stream >= this.#nextNumber) {
      throw new RpcError("internal", `the peer sent ${what} stream ${stream}, which does not exist`);
    }
  }

  #mayGrow(bytes: number): boolean {
    if (this.#grownBytes + bytes > this.#options.limits.maxStreamBytes) return false;
    this.#grownBytes += bytes;
    return true;
  }

  #sendItems(producer: StreamProducer, items: readonly unknown[]): number {
    const { outbox, peer } = this.#options;
    const { item } = producer.shape;
    resetWrongGuesses();
    const what = `an item of ${producer.label}`;
    if (!producer.shape.itemsCarry) {
      const values = items.map((value) => convertItem(producer.shape, value, peer.maxNesting));
      const message = encodeItems(producer.number, values);
      outbox.send(message, what);
      return message.length;
    }
    const exchange = this.outgoing();
    const values = items.map((value) => item.convert(value, true, peer.maxNesting, exchange));
    return this.send(encodeItems(producer.number, values), { what, label: producer.label, exchange }).bytes;
  }

  /**
   * Sends a message and what it refers to.
   * @throws {RpcError} `resourceExhausted` if it is too large, or the peer holds too much; nothing was sent then.
   */
  send(
    message: Uint8Array,
    {
      what,
      label,
      exchange,
    }: { readonly what: string; readonly label: string; readonly exchange: OutgoingExchange },
  ): { readonly bytes: number; readonly exported: readonly Lived[] } {
    const { outbox } = this.#options;
    const { references, exported } = this.register(exchange.given, label);
    try {
      outbox.send(message, what, references);
    } catch (thrown) {
      this.unregister(exported);
      throw thrown;
    }
    this.start(exported);
    return { bytes: message.length, exported };
  }
}

const none: Announced = { received: [], refused: undefined };

function* drain<T>(table: Map<number, T>): Generator<T> {
  const all = [...table.values()];
  table.clear();
  yield* all;
}

function convertItem({ item }: StreamShape, value: unknown, levelsLeft: number): unknown {
  return item.convert(value, true, levelsLeft);
}
