import { failedCallError } from "../../call/own-failure.js";
import type { WireError } from "../../errors/error-wire.js";
import { RpcError } from "../../errors/rpc-error.js";
import { rejectAwaited } from "../../runtime/rejection.js";
import { beginConversion } from "../../shape/conversion.js";
import type { Exchange } from "../../shape/shape.js";
import { ShapeMismatch } from "../../shape/shape-mismatch.js";
import type { ItemsMessage } from "../../wire/messages/stream.js";
import { itemCount, ReceivedItems } from "../../wire/received-items.js";
import type { Lived } from "../lived.js";
import type { RemoteReference } from "../shapes/handle.js";
import type { StreamShape } from "../shapes/stream-shape.js";
import { StreamCredit } from "./stream-credit.js";

/** What a consumer needs of its connection. */
export interface ConsumerLink {
  readonly maxWindowBytes: number;
  mayGrow(bytes: number): boolean;
  giveBack(grownBytes: number): void;
  /** Counts items that wait for the program. Returns why they may not, if so. */
  hold(bytes: number): RpcError | undefined;
  /** Items that were counted so do not wait any more. */
  letGo(bytes: number): void;
  sendCredit(stream: number, bytes: number): void;
  sendStop(stream: number, error: RpcError | undefined): void;
  /** The stream is over and none of its items waits to be read. */
  gone(consumer: StreamConsumer): void;
}

/** What a message of items refers to. */
export interface ItemsExchange extends Exchange {
  /** An item was read. */
  keep(): void;
  /** All items were read. */
  settle(): void;
  /** None will be. */
  abandon(): void;
}

/** Items that came in one message. */
interface Batch {
  readonly items: ReceivedItems;
  readonly bytes: number;
  /** What the items refer to, if they do. */
  readonly exchange: ItemsExchange | undefined;
}

interface Waiter {
  /** What the program asked by: who waits for an item may refer to nothing else, and the stream is not to be collected for that. */
  readonly reader: object;
  readonly resolve: (step: IteratorResult<unknown, undefined> | PromiseLike<never>) => void;
}

const done: IteratorResult<never, undefined> = { done: true, value: undefined };

/** The receiving end of a stream of the peer: keeps what came until the program asks for it, within the credit that it gives. */
export class StreamConsumer implements RemoteReference, Lived {
  readonly number: number;
  onGone: (() => void) | undefined;
  /** What stands for the object that gave it, which is in use until it is over. */
  origin: object | undefined;
  /** Objects that were passed by reference with the call that it is the result of. */
  #exported: readonly object[] | undefined;
  readonly #link: ConsumerLink;
  readonly #credit: StreamCredit;
  readonly #batches: Batch[] = [];
  readonly #waiters: Waiter[] = [];
  /** Nothing more will be delivered but what is kept. */
  #over = false;
  #error: Error | undefined;
  #gone = false;
  #shape: StreamShape | undefined;
  #begun = false;
  #retained = 0;
  /** It came as an argument, and its call has ended: only those who retained it keep it. */
  #callOver = false;

  constructor(number: number, link: ConsumerLink) {
    this.number = number;
    this.#link = link;
    this.#credit = new StreamCredit(link.maxWindowBytes, (bytes) => link.mayGrow(bytes));
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Says of which call it is the result. */
  answers(callee: object | undefined, exported: readonly object[] | undefined): void {
    this.origin = callee;
    this.#exported = exported;
  }

  /** Says of which type the stream is. Called before the first item is read. */
  expect(shape: StreamShape): void {
    this.#shape = shape;
  }

  /**
   * Takes items of the peer. The payload may be reused afterwards. Items of a stream that is over on this side are dropped: they were under way.
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

  /** The peer has sent all, or what broke it. */
  ended(error: RpcError | WireError | undefined): void {
    if (this.#over) return;
    this.#finish(
      error === undefined || error instanceof RpcError
        ? error
        : failedCallError("a stream", this.#shape?.errors, error, this.#exported),
    );
  }

  /** The next item, or the end; after an error, which is told once, the end. */
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

  /** The program wants no more; `error` is what it threw into the stream. */
  stop(error?: RpcError): void {
    this.#begun = true;
    this.#drop();
    if (this.#over) return this.#checkGone();
    this.#link.sendStop(this.number, error);
    this.#finish(undefined);
  }

  /** The stream failed on this side: the program is told, and the peer to stop. */
  fail(error: RpcError): void {
    if (this.#over) return;
    this.#drop();
    this.#link.sendStop(this.number, undefined);
    this.#finish(error);
  }

  /** The connection is over. What came before can still be taken. */
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

  /** The call that brought it is over: a stream that nobody has begun to read is not read any more, and who tries learns why. */
  callEnded(): void {
    this.#callOver = true;
    if (this.#begun || this.#retained > 0) return;
    this.stop();
    this.#error ??= new RpcError(
      "failedPrecondition",
      "the call that brought this stream as an argument is over; retain() keeps it",
    );
  }

  /** The call that brought it was given up: who reads it learns why. */
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
      // It is told here, to who asked for this item; after it the stream is at its end, also if more had come.
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
    beginConversion();
    const item = this.#shape?.item.convert(value, false, Number.POSITIVE_INFINITY, exchange);
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

  /** It lives, for the call that brought it, until the program has taken the last item. */
  #checkGone(): void {
    if (this.#gone || this.#batches.length > 0) return;
    this.#gone = true;
    this.#link.gone(this);
    this.onGone?.();
  }
}

function itemError(thrown: unknown): RpcError {
  if (!(thrown instanceof ShapeMismatch)) return RpcError.from(thrown, "internal");
  return new RpcError("internal", `the peer sent an item of a stream that is none: ${thrown.describe()}`);
}
