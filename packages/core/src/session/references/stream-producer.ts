import { RpcError } from "../../errors/rpc-error.js";
import type { StreamShape } from "../../reference/stream-shape.js";
import { ShapeMismatch } from "../../shape/shape-mismatch.js";
import type { Lived } from "./lived.js";
import { initialCreditBytes } from "./stream-credit.js";

/** What a source threw, which may be anything. */
export interface StreamFailure {
  readonly thrown: unknown;
}

/** What a producer needs of its connection. */
export interface ProducerLink {
  /** The transport asked to wait. */
  readonly congested: boolean;
  /** False if one message should carry one item, because the peer takes few elements in one. */
  readonly batches: boolean;
  /**
   * Converts and sends items.
   * @returns the bytes of the message.
   * @throws {ShapeMismatch} if an item is not of its type, {RpcError} `resourceExhausted` if the message is too large.
   */
  sendItems(producer: StreamProducer, items: readonly unknown[]): number;
  /** Lets go of items that are not sent. */
  drop(producer: StreamProducer, items: readonly unknown[]): void;
  sendEnd(producer: StreamProducer, failure: StreamFailure | undefined): void;
  report(error: unknown, method: string): void;
}

/** A message of items is filled up to this many bytes, as far as items are there. */
const batchBytes = 32 * 1024;
const maxBatchItems = 1024;
const firstBatchItems = 16;

/** Turns of the microtask queue in which a source that does not wait for anything outside gives its next item. */
const turnsToNext = 8;

/**
 * The sending end of a stream of this process: takes items from the source as long as the peer gives credit, and puts those into one
 * message that come without waiting.
 */
export class StreamProducer implements Lived {
  readonly number: number;
  readonly shape: StreamShape;
  /** `Inventory.find`, for messages. */
  readonly label: string;
  onGone: (() => void) | undefined;
  readonly #source: AsyncIterable<unknown>;
  readonly #link: ProducerLink;
  readonly #single: boolean;
  #iterator: AsyncIterator<unknown> | undefined;
  #creditBytes = initialCreditBytes;
  #batch: unknown[] = [];
  #batchItems: number;
  #added = 0;
  #flushing = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(
    number: number,
    stream: { readonly source: AsyncIterable<unknown>; readonly shape: StreamShape; readonly label: string },
    link: ProducerLink,
  ) {
    this.number = number;
    this.shape = stream.shape;
    this.label = stream.label;
    this.#source = stream.source;
    this.#link = link;
    // What refers to something goes alone: a batch that is too large could not be cut in two.
    this.#single = !link.batches || stream.shape.itemsCarry;
    this.#batchItems = this.#single ? 1 : firstBatchItems;
  }

  get gone(): boolean {
    return this.#over;
  }

  /** Begins to read the source. Called once the peer has been told of the stream. */
  start(): void {
    void this.#pump();
  }

  credit(bytes: number): void {
    this.#creditBytes += bytes;
    this.#tryFlush();
    this.wake();
  }

  /** Something has changed that it may have waited for. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** The peer wants no more; with the error that it threw into the stream, if it did. */
  stop(error: RpcError | undefined): void {
    if (this.#over) return;
    this.#drop();
    this.#end(undefined);
    this.#leave(error);
  }

  /** It failed on this side: the peer is told. */
  fail(error: RpcError): void {
    if (this.#over) return;
    this.#end({ thrown: error });
    this.#leave(undefined);
  }

  /** The connection is over. */
  lose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
    this.wake();
    this.#leave(undefined);
    this.onGone?.();
  }

  async #pump(): Promise<void> {
    let failure: StreamFailure | undefined;
    try {
      await this.#readSource();
    } catch (thrown) {
      failure = { thrown };
    }
    try {
      await this.#sendRest();
    } catch (thrown) {
      failure ??= { thrown };
    }
    if (this.#over) return;
    this.#end(failure);
    const thrown = failure?.thrown;
    if (thrown instanceof ShapeMismatch || thrown instanceof RpcError) this.#leave(undefined);
  }

  async #readSource(): Promise<void> {
    const iterator = this.#source[Symbol.asyncIterator]();
    this.#iterator = iterator;
    while (!this.#over) {
      if (this.#creditBytes <= 0 || this.#link.congested) {
        this.#flush();
        await this.#woken();
        continue;
      }
      const step = await iterator.next();
      if (step.done === true) return;
      if (this.#over) return this.#link.drop(this, [step.value]);
      this.#add(step.value);
    }
  }

  /** Sends what is left before the end, as the peer gives credit for it. */
  async #sendRest(): Promise<void> {
    this.#flush();
    while (!this.#over && this.#batch.length > 0) {
      await this.#woken();
      this.#flush();
    }
  }

  #add(item: unknown): void {
    this.#batch.push(item);
    this.#added++;
    if (this.#batch.length >= this.#batchItems) this.#flush();
    else if (!this.#flushing) void this.#flushSoon();
  }

  /** Sends what there is once the source lets the program wait. */
  async #flushSoon(): Promise<void> {
    this.#flushing = true;
    let seen = this.#added;
    for (let turn = 0; turn < turnsToNext && this.#batch.length > 0; turn++) {
      await undefined;
      if (this.#added === seen) continue;
      seen = this.#added;
      turn = -1;
    }
    this.#flushing = false;
    this.#tryFlush();
  }

  #tryFlush(): void {
    try {
      this.#flush();
    } catch (thrown) {
      if (this.#over) return;
      this.#end({ thrown });
      this.#leave(undefined);
    }
  }

  /**
   * Sends what there is as long as the peer gives credit: what was sent while the source made its next item may have used it up.
   * @throws what the items, or their message, are refused for.
   */
  #flush(): void {
    let items = this.#batch;
    let count = items.length;
    while (count > 0 && this.#creditBytes > 0 && !this.#over) {
      this.#batch = [];
      const sent = this.#send(items, count);
      items = items.slice(sent);
      count = Math.min(sent, items.length);
      this.#batch = items;
    }
  }

  /**
   * Sends as many of the first `most` items as fit into a message, and says how many. Those before one that is refused go out without it: the
   * reader sees the same items before the error as it would see of a source of its own.
   */
  #send(items: readonly unknown[], most: number): number {
    for (let count = most; ; count >>>= 1) {
      try {
        const bytes = this.#link.sendItems(this, count === items.length ? items : items.slice(0, count));
        this.#sent(count, bytes);
        return count;
      } catch (thrown) {
        const isTooLarge = thrown instanceof RpcError && thrown.code === "resourceExhausted";
        if (count === 1 || !(isTooLarge || thrown instanceof ShapeMismatch)) throw thrown;
      }
    }
  }

  #sent(items: number, bytes: number): void {
    this.#creditBytes -= bytes;
    if (this.#single) return;
    const fitting = Math.floor((batchBytes * items) / bytes);
    this.#batchItems = Math.min(Math.max(fitting, 1), maxBatchItems);
  }

  #drop(): void {
    this.#link.drop(this, this.#batch.splice(0));
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Sends what is left, then the end. */
  #end(failure: StreamFailure | undefined): void {
    let outcome = failure;
    try {
      this.#flush();
    } catch (thrown) {
      outcome ??= { thrown };
    }
    this.#over = true;
    this.#drop();
    this.#link.sendEnd(this, outcome);
    this.wake();
    this.onGone?.();
  }

  /** Tells the source that nobody reads it any more, and lets it clean up after itself in its own time. */
  #leave(error: RpcError | undefined): void {
    const iterator = this.#iterator;
    if (iterator === undefined) return;
    leave(iterator, error).catch((thrown) => {
      if (thrown !== error) this.#link.report(thrown, this.label);
    });
  }
}

/** Throws the error into a source, if there is one. A source that goes on after it is left as well. */
async function leave(iterator: AsyncIterator<unknown>, error: RpcError | undefined): Promise<void> {
  if (error !== undefined && iterator.throw !== undefined) {
    const step = await iterator.throw(error);
    if (step.done === true) return;
  }
  await iterator.return?.();
}
