import { failedCallError } from "../../call/own-failure.js";
import type { WireError } from "../../errors/error-wire.js";
import { RpcError } from "../../errors/rpc-error.js";
import { rejectAwaited } from "../../runtime/rejection.js";
import { receiveConversion } from "../../shape/conversion.js";
import type { Exchange } from "../../shape/shape.js";
import { ShapeMismatch } from "../../shape/shape-mismatch.js";
import type { ItemsMessage } from "../../wire/messages/stream.js";
import { itemCount, ReceivedItems } from "../../wire/received-items.js";
import type { RefLifetime } from "../ref-lifetime.js";
import type { RemoteReference } from "../shapes/handle.js";
import type { StreamShape } from "../shapes/stream-shape.js";
import { StreamCredit } from "./stream-credit.js";

/** The parts of a connection that a consumer uses. */
export interface ConsumerLink {
  readonly maxWindowBytes: number;
  mayGrow(bytes: number): boolean;
  giveBack(grownBytes: number): void;
  /** Counts items that wait for the program. Returns an error if there is no room. */
  hold(bytes: number): RpcError | undefined;
  /** Reverts {@link hold} for items that were read or dropped. */
  letGo(bytes: number): void;
  sendCredit(stream: number, bytes: number): void;
  sendStop(stream: number, error: RpcError | undefined): void;
  /** Called when the stream is over and none of its items waits to be read. */
  gone(consumer: StreamConsumer): void;
}

/** Resolves the references of a message of items. */
export interface ItemsExchange extends Exchange {
  /** Hands over the references of an item that was read. */
  keep(): void;
  /** Releases the rest after all items were read. */
  settle(): void;
  /** Releases the references of items that will not be read. */
  abandon(): void;
}

/** Items that came in one message. */
interface Batch {
  readonly items: ReceivedItems;
  readonly bytes: number;
  /** Set if the items contain references. */
  readonly exchange: ItemsExchange | undefined;
}

interface Waiter {
  /**
   * The object that the program reads by. Keeps the stream from being collected while the program
   * waits for an item and holds nothing else.
   */
  readonly reader: object;
  readonly resolve: (step: IteratorResult<unknown, undefined> | PromiseLike<never>) => void;
}

const done: IteratorResult<never, undefined> = { done: true, value: undefined };

/**
 * The receiving end of a stream of the peer. Keeps items until the program asks for them, within
 * the credit that it grants.
 */
export class StreamConsumer implements RemoteReference, RefLifetime {
  readonly number: number;
  onGone: (() => void) | undefined;
  /** The proxy whose method returned the stream. It is in use until the stream is over. */
  origin: object | undefined;
  /** Objects that were passed by reference with the call that returned it. */
  #exported: readonly object[] | undefined;
  readonly #link: ConsumerLink;
  readonly #credit: StreamCredit;
  readonly #batches: Batch[] = [];
  readonly #waiters: Waiter[] = [];
  /** Set once nothing more will be delivered but the kept items. */
  #over = false;
  #error: Error | undefined;
  #gone = false;
  #shape: StreamShape | undefined;
  #begun = false;
  #retained = 0;
  /**
   * Set once the call that brought it as an argument has settled. Only `retain` keeps the stream
   * then.
   */
  #callOver = false;

  constructor(number: number, link: ConsumerLink) {
    this.number = number;
    this.#link = link;
    this.#credit = new StreamCredit(link.maxWindowBytes, (bytes) => link.mayGrow(bytes));
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Sets the call that it is the result of. */
  answers(callee: object | undefined, exported: readonly object[] | undefined): void {
    this.origin = callee;
    this.#exported = exported;
  }

  /** Sets the type of the stream. Called before the first item is read. */
  expect(shape: StreamShape): void {
    this.#shape = shape;
  }

  /**
   * Takes items of the peer. The payload may be reused afterwards. Drops the items if the stream is
   * over on this side: they were in flight.
   * @throws {RpcError} `internal` if the peer had no credit.
   */
  take(
    { payload, decodedBytes }: Pick<ItemsMessage, "payload" | "decodedBytes">,
    bytes: number,
    exchange: ItemsExchange | undefined,
  ): void {
    if (!this.#credit.spend(bytes)) {
      throw new RpcError("internal", `the peer sent items of stream ${this.number} without credit`);
    }
    if (this.#over || itemCount(payload) === 0) {
      exchange?.abandon();
      return this.#taken(bytes);
    }
    const full = this.#link.hold(bytes);
    if (full !== undefined) {
      exchange?.abandon();
      return this.fail(full);
    }
    this.#batches.push({ items: new ReceivedItems(new Uint8Array(payload), decodedBytes), bytes, exchange });
    while (this.#waiters.length > 0 && this.#batches.length > 0) {
      const waiter = this.#waiters.shift() as Waiter;
      try {
        waiter.resolve({ done: false, value: this.#next() });
      } catch (thrown) {
        rejectAwaited(waiter.resolve, thrown as RpcError);
      }
    }
  }

  /** Handles the end of the stream, or its failure at the peer. */
  ended(error: RpcError | WireError | undefined): void {
    if (this.#over) return;
    this.#finish(
      error === undefined || error instanceof RpcError
        ? error
        : failedCallError({ label: "a stream", errors: this.#shape?.errors }, error, this.#exported),
    );
  }

  /** Returns the next item, or the end. An error is returned once; after it, the end. */
  next(reader: object): Promise<IteratorResult<unknown, undefined>> {
    this.#begun = true;
    if (this.#batches.length > 0) {
      try {
        return Promise.resolve({ done: false, value: this.#next() });
      } catch (thrown) {
        return Promise.reject(thrown);
      }
    }
    if (!this.#over) return new Promise((resolve) => this.#waiters.push({ reader, resolve }));
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) return Promise.resolve(done);
    return new Promise((resolve) => rejectAwaited(resolve, error));
  }

  /** Ends the stream for the program. `error` is what it threw into the stream. */
  stop(error?: RpcError): void {
    this.#begun = true;
    this.#drop();
    if (this.#over) return this.#checkGone();
    this.#link.sendStop(this.number, error);
    this.#finish(undefined);
  }

  /** Fails the stream on this side and stops the peer. */
  fail(error: RpcError): void {
    if (this.#over) return;
    this.#drop();
    this.#link.sendStop(this.number, undefined);
    this.#finish(error);
  }

  /** Fails the stream with its connection. Items that came before can still be read. */
  lose(error: RpcError): void {
    if (!this.#over) this.#finish(error);
  }

  retain(): void {
    this.#retained++;
  }

  release(): void {
    if (this.#retained > 0) {
      this.#retained--;
      if (this.#retained > 0 || !this.#callOver) return;
    }
    this.stop();
  }

  /**
   * Ends a stream whose call has settled if it was never read. A later read fails with the reason.
   */
  callEnded(): void {
    this.#callOver = true;
    if (this.#begun || this.#retained > 0) return;
    this.stop();
    this.#error ??= new RpcError(
      "failedPrecondition",
      "the call that brought this stream as an argument is over; retain() keeps it",
    );
  }

  /** Fails a stream whose call was given up, so that its reader sees the reason. */
  callGivenUp(reason: RpcError): void {
    if (this.#retained === 0) this.fail(reason);
  }

  /** @throws {RpcError} if the item is not of its type; the stream is over then. */
  #next(): unknown {
    const batch = this.#batches[0] as Batch;
    let last = true;
    try {
      const value = batch.items.next();
      last = batch.items.done;
      if (last) {
        this.#batches.shift();
        this.#link.letGo(batch.bytes);
      }
      return this.#read(value, batch.exchange);
    } catch (thrown) {
      // The error goes to the reader of this item. The stream is at its end after it, even if more
      // items came.
      this.stop();
      this.#error = undefined;
      throw itemError(thrown);
    } finally {
      if (last) {
        batch.exchange?.settle();
        this.#taken(batch.bytes);
      }
    }
  }

  #read(value: unknown, exchange: ItemsExchange | undefined): unknown {
    const item = this.#shape?.item.convert(value, receiveConversion(exchange));
    exchange?.keep();
    return item;
  }

  #taken(bytes: number): void {
    if (this.#over) return this.#checkGone();
    const given = this.#credit.take(bytes, this.#batches.length === 0);
    if (given > 0) this.#link.sendCredit(this.number, given);
  }

  #finish(error: Error | undefined): void {
    this.#over = true;
    this.origin = undefined;
    this.#error = error;
    this.#link.giveBack(this.#credit.grownBytes);
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#error === undefined) waiter.resolve(done);
      else {
        rejectAwaited(waiter.resolve, this.#error);
        this.#error = undefined;
      }
    }
    this.#checkGone();
  }

  #drop(): void {
    for (const { exchange, bytes } of this.#batches.splice(0)) {
      exchange?.abandon();
      this.#link.letGo(bytes);
    }
  }

  /** Ends its lifetime for the call that brought it, once the program has taken the last item. */
  #checkGone(): void {
    if (this.#gone || this.#batches.length > 0) return;
    this.#gone = true;
    this.#link.gone(this);
    this.onGone?.();
  }
}

function itemError(thrown: unknown): RpcError {
  if (!(thrown instanceof ShapeMismatch)) return RpcError.from(thrown, "internal");
  return new RpcError("internal", `the peer sent an invalid item of a stream: ${thrown.describe()}`);
}
