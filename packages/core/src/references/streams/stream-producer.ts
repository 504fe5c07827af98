import { type CapturedContext, captureContext } from "../../call/context-storage.js";
import { loopShare } from "../../call/loop-share.js";
import { RpcError } from "../../errors/rpc-error.js";
import { ShapeMismatch } from "../../shape/shape-mismatch.js";
import { PendingItems } from "../../wire/pending-items.js";
import type { RefLifetime } from "../ref-lifetime.js";
import type { StreamShape } from "../shapes/stream-shape.js";
import { initialCreditBytes } from "./stream-credit.js";

/** The value that a source threw, which may be anything. */
export interface StreamFailure {
  readonly thrown: unknown;
}

/** The parts of a connection that a producer uses. */
export interface ProducerLink {
  /** Set while the transport asks its senders to wait. */
  readonly congested: boolean;
  /** False if one message should carry one item, because the peer takes few elements in one. */
  readonly batches: boolean;
  /** Maximum bytes of one message to the peer. */
  readonly maxMessageBytes: number;
  /**
   * Converts an item without references.
   * @throws {ShapeMismatch} if it is not of its type.
   */
  convert(producer: StreamProducer, item: unknown): unknown;
  /**
   * Converts an item and sends it in a message of its own.
   * @returns the bytes of the message.
   * @throws {ShapeMismatch} if it is not of its type.
   * @throws {RpcError} `resourceExhausted` if the message is too large.
   */
  sendItem(producer: StreamProducer, item: unknown): number;
  /** Sends a message of items. @throws {RpcError} `resourceExhausted` if it is too large. */
  send(producer: StreamProducer, message: Uint8Array): void;
  /** Releases the references of an item that is not sent. */
  drop(producer: StreamProducer, item: unknown): void;
  sendEnd(producer: StreamProducer, failure: StreamFailure | undefined): void;
  report(error: unknown, method: string): void;
}

/**
 * Items of at least this many bytes are sent alone: copying one costs more than a message of its
 * own.
 */
const aloneBytes = 8 * 1024;

/** Maximum number of items in a message. It bounds what a peer decodes at once. */
const maxSharedItems = 1024;

/** Turns of the microtask queue within which a source without I/O yields its next item. */
const turnsToNext = 8;

/**
 * The sending end of a stream of this process. Takes items from the source while the peer grants
 * credit. Encodes each item before it asks for the next, because a source may reuse one object or
 * buffer for all of them. Items that come without waiting share a message.
 */
export class StreamProducer implements RefLifetime {
  readonly number: number;
  readonly shape: StreamShape;
  /** Name of the method for error messages, such as `Inventory.find`. */
  readonly label: string;
  onGone: (() => void) | undefined;
  readonly #source: AsyncIterable<unknown>;
  readonly #link: ProducerLink;
  readonly #single: boolean;
  /** The context in which the stream was given to the peer. The source is read and left there. */
  readonly #context: CapturedContext = captureContext();
  #iterator: AsyncIterator<unknown> | undefined;
  readonly #items: PendingItems;
  #creditBytes = initialCreditBytes;
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
    // The references of an item are announced with its message.
    this.#single = !link.batches || stream.shape.itemsCarry;
    this.#items = new PendingItems(number, link.maxMessageBytes);
  }

  get gone(): boolean {
    return this.#over;
  }

  /** Starts reading the source. Called once the peer knows the stream. */
  start(): void {
    void this.#pump();
  }

  credit(bytes: number): void {
    this.#creditBytes += bytes;
    this.#tryFlush();
    this.wake();
  }

  /** Resumes reading after a change of credit or congestion. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Ends the stream because the peer stopped reading. `error` is what the peer threw into it. */
  stop(error: RpcError | undefined): void {
    if (this.#over) return;
    this.#items.clear();
    this.#end(undefined);
    this.#leave(error);
  }

  /** Fails the stream on this side and notifies the peer. */
  fail(error: RpcError): void {
    if (this.#over) return;
    this.#end({ thrown: error });
    this.#leave(undefined);
  }

  /** Ends the stream with its connection. */
  lose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#items.clear();
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
      if (this.#over) return this.#link.drop(this, step.value);
      this.#add(step.value);
      const pause = loopShare.step();
      if (pause !== undefined) await pause;
    }
  }

  /** Sends the remaining items before the end, as the peer grants credit. */
  async #sendRest(): Promise<void> {
    this.#flush();
    while (!this.#over && this.#items.count > 0) {
      await this.#woken();
      this.#flush();
    }
  }

  /** Encodes an item that the source has just yielded. @throws if it cannot be sent. */
  #add(item: unknown): void {
    if (this.#single) {
      this.#creditBytes -= this.#link.sendItem(this, item);
      return;
    }
    const value = this.#link.convert(this, item);
    const bytes = this.#items.measure(value);
    const isLarge = bytes >= aloneBytes;
    if (isLarge || this.#items.bytes + bytes > this.#items.maxBytes) this.#flush();
    if (isLarge && this.#mayFlush) return this.#send(this.#items.alone(value));
    this.#items.add(value, bytes);
    this.#added++;
    if (this.#items.count >= maxSharedItems) this.#flush();
    else if (!this.#flushing) void this.#flushSoon();
  }

  /** Sends the pending items once the source waits. */
  async #flushSoon(): Promise<void> {
    this.#flushing = true;
    let seen = this.#added;
    for (let turn = 0; turn < turnsToNext && this.#items.count > 0; turn++) {
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

  /** False if items that were sent while the source made its next one have used up the credit. */
  get #mayFlush(): boolean {
    return this.#creditBytes > 0 && !this.#over;
  }

  /** Sends the pending items if there is credit. @throws {RpcError} if the message is too large. */
  #flush(): void {
    if (this.#items.count > 0 && this.#mayFlush) this.#send(this.#items.take());
  }

  #send(message: Uint8Array): void {
    this.#creditBytes -= message.length;
    this.#link.send(this, message);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Sends the pending items, then the end. */
  #end(failure: StreamFailure | undefined): void {
    let outcome = failure;
    try {
      this.#flush();
    } catch (thrown) {
      outcome ??= { thrown };
    }
    this.#over = true;
    this.#items.clear();
    this.#link.sendEnd(this, outcome);
    this.wake();
    this.onGone?.();
  }

  /** Ends the source's iterator, which cleans up in its own time. */
  #leave(error: RpcError | undefined): void {
    const iterator = this.#iterator;
    if (iterator === undefined) return;
    const left = this.#context.runInAsyncScope((reason) => leave(iterator, reason), undefined, error);
    left.catch((thrown) => {
      if (thrown !== error) this.#link.report(thrown, this.label);
    });
  }
}

/**
 * Throws the error into a source, if there is one. A source that continues after it is left as
 * well.
 */
async function leave(iterator: AsyncIterator<unknown>, error: RpcError | undefined): Promise<void> {
  if (error !== undefined && iterator.throw !== undefined) {
    const step = await iterator.throw(error);
    if (step.done === true) return;
  }
  await iterator.return?.();
}
