import type { MessageSender } from "../call/message-sender.js";
import { errorFromWire, shortError, type WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { startTimer } from "../runtime/real-time.js";
import type { Limits } from "../transport/limits.js";
import { encodeRelease, type GoneMessage, type WireReference } from "../wire/messages/reference.js";
import {
  encodeCredit,
  encodeStop,
  type ItemsMessage,
  type StreamEndMessage,
} from "../wire/messages/stream.js";
import {
  giveBack,
  type InboundRef,
  type OwnTarget,
  ReferenceReader,
  type ReferenceReaderOptions,
} from "./exchanges.js";
import { ImportedTarget } from "./imported-target.js";
import type { TargetShape } from "./shapes/target-shape.js";
import { ItemBudget } from "./streams/item-budget.js";
import { type ConsumerLink, StreamConsumer } from "./streams/stream-consumer.js";

/** Options for `Imports`. */
export interface ImportsOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  readonly proxyOf: (target: ImportedTarget, shape: TargetShape) => object;
  /** Returns this side's own service or export with this number. */
  readonly exported: (number: number) => OwnTarget | undefined;
  /**
   * Returns an error if the peer may not have an object of this side called as the type asked for.
   */
  readonly refusal: ReferenceReaderOptions["refusal"];
  /** Called when a stream is over. */
  readonly onChange: () => void;
  readonly report: (error: unknown, method?: string) => void;
  /** Ends the connection of a peer that does not read the releases of what it sends. */
  readonly fail: (error: RpcError) => void;
}

/** References of the next message. */
export interface Announced {
  readonly received: readonly InboundRef[];
  /** Set if they are refused. */
  readonly refused: RpcError | undefined;
  /** Bytes that they take while their message is queued. */
  readonly bytes: number;
}

/** Bytes of a reference that was read: an object, and its entries in a list or two. */
const overheadBytes = 128;

/** Everything that this side holds of the peer by reference. */
export class Imports {
  readonly #options: ImportsOptions;
  readonly #targets = new Map<number, ImportedTarget>();
  readonly #consumers = new Map<number, StreamConsumer>();
  /**
   * Streams that the peer has ended and the program has not read to the end. Their items may hold
   * references.
   */
  readonly #unread = new Set<StreamConsumer>();
  readonly #link: ConsumerLink;
  /** The last number that the peer has used for a reference of its own. */
  #lastNumber = -1;
  #ended = false;
  /** Number of releases and stops that were sent since the transport is congested. */
  #whileCongested = 0;

  constructor(options: ImportsOptions) {
    this.#options = options;
    const { limits, sender } = options;
    const budget = new ItemBudget(limits.maxStreamBytes);
    this.#link = {
      maxWindowBytes: limits.maxStreamWindowBytes,
      mayGrow: (bytes) => budget.mayGrow(bytes),
      giveBack: (bytes) => {
        budget.giveBack(bytes);
        options.onChange();
      },
      hold: (bytes) => budget.hold(bytes, this.#consumers.size),
      letGo: (bytes) => budget.letGo(bytes),
      sendCredit: (stream, bytes) => sender.sendControl(encodeCredit(stream, bytes)),
      sendStop: (stream, error) =>
        this.#tell(encodeStop(stream, error === undefined ? undefined : shortError(error))),
      gone: (consumer) => this.#unread.delete(consumer),
    };
  }

  /** Number of streams that are not over. */
  get streams(): number {
    return this.#consumers.size;
  }

  /** Number of objects and functions that are held. */
  get targets(): number {
    return this.#targets.size;
  }

  /** Counts of what is held, by kind. */
  get held(): { readonly streams: number; readonly references: number; readonly subscriptions: number } {
    let subscriptions = 0;
    for (const { isSubscription } of this.#targets.values()) if (isSubscription) subscriptions++;
    return { streams: this.streams, references: this.targets - subscriptions, subscriptions };
  }

  /** Returns true for an object of the peer of this connection. */
  has(target: ImportedTarget): boolean {
    return this.#targets.get(target.number) === target;
  }

  /** Makes the exchange that resolves the references of a message. */
  exchange(announced: Announced | undefined, signal?: () => AbortSignal): ReferenceReader {
    const { proxyOf, refusal } = this.#options;
    const { received, refused } = announced ?? none;
    return new ReferenceReader(received, { proxyOf, refusal, signal, refused });
  }

  /**
   * Registers the references of the peer's next message.
   * @throws {RpcError} `internal` if a reference does not exist, or uses a number twice.
   */
  announce(references: readonly WireReference[]): Announced {
    const { maxReferences, maxStreams } = this.#options.limits;
    // Checked before any is looked at: a message has room for a million.
    if (references.length > 2 * (maxReferences + maxStreams)) {
      throw new RpcError(
        "resourceExhausted",
        `the peer refers to ${references.length} things in one message`,
      );
    }
    const received = references.map((reference) => this.#receive(reference));
    const targets = this.#targets.size;
    const streams = this.#consumers.size;
    if (targets > 2 * maxReferences || streams > 2 * maxStreams) {
      throw new RpcError("resourceExhausted", "the peer sends references without end");
    }
    const full =
      targets > maxReferences
        ? `maxReferences = ${maxReferences} references of this peer are held here; release some`
        : `maxStreams = ${maxStreams} streams of this peer are running; end some`;
    const refused =
      targets > maxReferences || streams > maxStreams ? new RpcError("resourceExhausted", full) : undefined;
    return { received, refused, bytes: overheadBytes * received.length };
  }

  /** Releases all references of a message that is not read. */
  refuse(announced: Announced): void {
    for (const received of announced.received) giveBack(received);
  }

  /** @throws {RpcError} `internal` if there is no such stream, or its sender had no credit. */
  takeItems(message: ItemsMessage, bytes: number, announced: Announced | undefined): void {
    this.#consumer(message.stream).take(
      message,
      bytes,
      announced === undefined ? undefined : this.exchange(announced),
    );
  }

  /**
   * Handles the end of a stream.
   * @throws {RpcError} `internal` if there is no such stream.
   */
  takeEnd({ stream, error }: StreamEndMessage): void {
    this.#endedByPeer(stream, error);
  }

  /**
   * Handles items, or an error, that exceed a limit.
   * @throws {RpcError} `internal` if there is no such stream.
   */
  takeOverLimit(stream: number, ended: boolean, error: RpcError): void {
    if (ended) this.#endedByPeer(stream, error);
    else this.#consumer(stream).fail(error);
  }

  /**
   * Handles the end of an object, which may have been released before. Releases it in reply.
   * @throws {RpcError} `internal` if there never was such an object.
   */
  takeGone({ number, error }: GoneMessage): void {
    if (number > this.#lastNumber || this.#consumers.has(number)) {
      throw new RpcError("internal", `the peer ended ${number}, which is not an object that it has given`);
    }
    const target = this.#targets.get(number);
    if (target === undefined) return;
    target.endedByPeer(error && errorFromWire(error));
    // A program that received it in this very turn has not had the time to ask for its end.
    if (error !== undefined && target.isSubscription) startTimer(() => this.#reportEnd(target, error));
  }

  /** Resets the count of messages to a peer that does not read. */
  drained(): void {
    this.#whileCongested = 0;
  }

  /** Ends all imports with the connection. */
  end(errorOf: (what: string) => RpcError): void {
    this.#ended = true;
    const streamError = errorOf("a stream");
    for (const consumer of [...this.#consumers.values()]) consumer.lose(streamError);
    const subscriptionError = errorOf("a subscription");
    for (const target of [...this.#targets.values()]) target.lose(subscriptionError);
    this.#consumers.clear();
    this.#unread.clear();
    this.#targets.clear();
  }

  #endedByPeer(stream: number, error: RpcError | WireError | undefined): void {
    const consumer = this.#consumer(stream);
    this.#consumers.delete(stream);
    consumer.ended(error);
    if (!consumer.gone) this.#unread.add(consumer);
    this.#options.onChange();
  }

  /**
   * Reports the error of a subscription that is not watched. A subscription need not be kept, so
   * its failure would go unnoticed otherwise.
   */
  #reportEnd({ isWatched }: ImportedTarget, { code, message }: WireError): void {
    if (isWatched) return;
    const text = `the service ended it, and its \`ended\` was not read: ${message}`;
    this.#options.report(new RpcError(code, text), "a subscription");
  }

  #receive({ kind, number }: WireReference): InboundRef {
    if (kind === "receiverHosted") {
      const exported = this.#options.exported(number);
      if (exported === undefined) {
        throw new RpcError("internal", `the peer sent back ${number}, which it does not hold`);
      }
      return { kind, exported };
    }
    if (number <= this.#lastNumber)
      throw new RpcError("internal", `the peer used the number ${number} twice`);
    this.#lastNumber = number;
    if (kind === "stream") {
      const consumer = new StreamConsumer(number, this.#link);
      this.#consumers.set(number, consumer);
      return { kind, consumer };
    }
    const target = new ImportedTarget(number, () => this.#release(number));
    this.#targets.set(number, target);
    return { kind, target };
  }

  #release(number: number): void {
    if (this.#targets.delete(number) && !this.#ended) this.#tell(encodeRelease(number));
  }

  /**
   * Sends the reply to a reference of the peer. A peer that does not read must not fill the memory
   * by sending ever more references.
   */
  #tell(message: Uint8Array): void {
    const { sender, limits, fail } = this.#options;
    sender.sendControl(message);
    if (!sender.congested) return;
    // Twice the number that the peer can have sent before this side refuses more.
    if (++this.#whileCongested === 4 * (limits.maxReferences + limits.maxStreams)) {
      fail(
        new RpcError(
          "resourceExhausted",
          "the peer keeps handing out references and does not read that they are released",
        ),
      );
    }
  }

  #consumer(stream: number): StreamConsumer {
    const consumer = this.#consumers.get(stream);
    if (consumer === undefined)
      throw new RpcError("internal", `the peer sent items of stream ${stream}, which it did not start`);
    return consumer;
  }
}

const none: Announced = { received: [], refused: undefined, bytes: 0 };
