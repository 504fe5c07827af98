import type { MessageSender } from "../call/message-sender.js";
import { errorFromWire, shortError, type WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { startTimer } from "../runtime/real-time.js";
import type { Limits } from "../transport/limits.js";
import { encodeCredit, encodeRelease, encodeStop } from "../wire/encode-message.js";
import type { GoneMessage, ItemsMessage, StreamEndMessage, WireReference } from "../wire/message.js";
import {
  giveBack,
  IncomingExchange,
  type IncomingOptions,
  type OwnTarget,
  type Received,
} from "./exchanges.js";
import { ImportedTarget } from "./imported-target.js";
import type { TargetShape } from "./shapes/target-shape.js";
import { type ConsumerLink, StreamConsumer } from "./streams/stream-consumer.js";
import { initialCreditBytes } from "./streams/stream-credit.js";

/** What the imports of a session work with. */
export interface ImportsOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  readonly proxyOf: (target: ImportedTarget, shape: TargetShape) => object;
  /** This side's own service or export with this number. */
  readonly exported: (number: number) => OwnTarget | undefined;
  /** Why the peer may not have something of this side called as what is asked for, if so. */
  readonly refusal: IncomingOptions["refusal"];
  /** A stream is over. */
  readonly onChange: () => void;
  readonly report: (error: unknown, method?: string) => void;
  /** Ends the connection of a peer that lets what it is told pile up. */
  readonly fail: (error: RpcError) => void;
}

/** The references of the message that comes next. */
export interface Announced {
  readonly received: readonly Received[];
  /** Why they are refused, if they are. */
  readonly refused: RpcError | undefined;
  /** What they cost while their message waits. */
  readonly bytes: number;
}

/** What a reference costs that was read: an object, and its place in a list or two. */
const overheadBytes = 128;

/** What this side holds of the peer by reference. */
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
  /** The last number that the peer has used for something of its own. */
  #lastNumber = -1;
  #grownBytes = 0;
  /** Items that wait for the program. */
  #heldBytes = 0;
  #ended = false;
  /** What the peer was told of its references since it does not read. */
  #whileCongested = 0;

  constructor(options: ImportsOptions) {
    this.#options = options;
    const { limits, sender } = options;
    this.#link = {
      maxWindowBytes: limits.maxStreamWindowBytes,
      mayGrow: (bytes) => this.#mayGrow(bytes),
      giveBack: (bytes) => {
        this.#grownBytes -= bytes;
        options.onChange();
      },
      hold: (bytes) => this.#hold(bytes),
      letGo: (bytes) => {
        this.#heldBytes -= bytes;
      },
      sendCredit: (stream, bytes) => sender.sendControl(encodeCredit(stream, bytes)),
      sendStop: (stream, error) =>
        this.#tell(encodeStop(stream, error === undefined ? undefined : shortError(error))),
      gone: (consumer) => this.#unread.delete(consumer),
    };
  }

  /** Streams that are not over. */
  get streams(): number {
    return this.#consumers.size;
  }

  /** Objects and functions that are held. */
  get targets(): number {
    return this.#targets.size;
  }

  /** What is held, by what it is to the program. */
  get held(): { readonly streams: number; readonly references: number; readonly subscriptions: number } {
    let subscriptions = 0;
    for (const { isSubscription } of this.#targets.values()) if (isSubscription) subscriptions++;
    return { streams: this.streams, references: this.targets - subscriptions, subscriptions };
  }

  /** Whether this is an object of the peer of this connection. */
  has(target: ImportedTarget): boolean {
    return this.#targets.get(target.number) === target;
  }

  /** What reads the references of a message. */
  exchange(announced: Announced | undefined, signal?: () => AbortSignal): IncomingExchange {
    const { proxyOf, refusal } = this.#options;
    const { received, refused } = announced ?? none;
    return new IncomingExchange(received, { proxyOf, refusal, signal, refused });
  }

  /**
   * Takes what the peer's next message refers to.
   * @throws {RpcError} `internal` if the peer refers to what does not exist, or uses a number twice.
   */
  announce(references: readonly WireReference[]): Announced {
    const { maxReferences, maxStreams } = this.#options.limits;
    // Before any is looked at: a message has room for a million.
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
      throw new RpcError("resourceExhausted", "the peer hands out references without end");
    }
    const full =
      targets > maxReferences
        ? `maxReferences = ${maxReferences} references of this peer are held here; release some`
        : `maxStreams = ${maxStreams} streams of this peer are under way; end some`;
    const refused =
      targets > maxReferences || streams > maxStreams ? new RpcError("resourceExhausted", full) : undefined;
    return { received, refused, bytes: overheadBytes * received.length };
  }

  /** Gives back all that a message brought which is not read. */
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
   * A stream is over.
   * @throws {RpcError} `internal` if there is no such stream.
   */
  takeEnd({ stream, error }: StreamEndMessage): void {
    this.#endedByPeer(stream, error);
  }

  /**
   * Items, or an error, could not be read.
   * @throws {RpcError} `internal` if there is no such stream.
   */
  takeOverLimit(stream: number, ended: boolean, error: RpcError): void {
    if (ended) this.#endedByPeer(stream, error);
    else this.#consumer(stream).fail(error);
  }

  /**
   * The peer has ended one of its objects, and is told that it is released. That may have been before.
   * @throws {RpcError} `internal` if there never was such an object.
   */
  takeGone({ number, error }: GoneMessage): void {
    if (number > this.#lastNumber || this.#consumers.has(number)) {
      throw new RpcError("internal", `the peer ended ${number}, which is no object that it has given`);
    }
    const target = this.#targets.get(number);
    if (target === undefined) return;
    target.endedByPeer(error && errorFromWire(error));
    // Who was given it in this very turn has not had the time to ask.
    if (error !== undefined && target.isSubscription) startTimer(() => this.#reportEnd(target, error));
  }

  /** The transport takes messages again. */
  drained(): void {
    this.#whileCongested = 0;
  }

  /** The connection is over. */
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

  /** A subscription need not be kept. One that fails and that nobody watches would stop without a word. */
  #reportEnd({ isWatched }: ImportedTarget, { code, message }: WireError): void {
    if (isWatched) return;
    const text = `the service ended it, and nobody has asked for its \`ended\`: ${message}`;
    this.#options.report(new RpcError(code, text), "a subscription");
  }

  #receive({ kind, number }: WireReference): Received {
    if (kind === "yours") {
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

  /** Each message to the peer answers one of its own: one that does not read must not fill the memory by handing out ever more. */
  #tell(message: Uint8Array): void {
    const { sender, limits, fail } = this.#options;
    sender.sendControl(message);
    if (!sender.congested) return;
    // As many as it can have handed out before this side refuses more, twice over.
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
      throw new RpcError("internal", `the peer sent items of stream ${stream}, which it did not begin`);
    return consumer;
  }

  /** The credit of a stream may be exceeded by one message of any size; those of all streams together are bounded here. */
  #hold(bytes: number): RpcError | undefined {
    const { maxStreamBytes } = this.#options.limits;
    if (
      this.#heldBytes + bytes <= maxStreamBytes + initialCreditBytes * this.#consumers.size ||
      this.#heldBytes === 0
    ) {
      this.#heldBytes += bytes;
      return undefined;
    }
    return new RpcError(
      "resourceExhausted",
      `streams of this connection hold maxStreamBytes = ${maxStreamBytes} bytes that the program has not read: read them, send smaller items, or raise the limit`,
    );
  }

  #mayGrow(bytes: number): boolean {
    if (this.#grownBytes + bytes > this.#options.limits.maxStreamBytes) return false;
    this.#grownBytes += bytes;
    return true;
  }
}

const none: Announced = { received: [], refused: undefined, bytes: 0 };
