/** An error that is declared, with fields. */
export class OutOfStock extends Error {
  override readonly name = "OutOfStock";
  readonly sku: string;
  readonly left: bigint;

  constructor(sku: string, left: bigint) {
    super(`${sku} is out of stock`);
    this.sku = sku;
    this.left = left;
  }
}

/** What the source of a stream at the server has come to. */
export interface SourceState {
  /** Items that were taken from it. */
  readonly produced: number;
  /** `left` if its reader wanted no more, `thrown` if something was thrown into it. */
  readonly ended: "not begun" | "no" | "done" | "left" | "thrown";
  /** Code and message of what was thrown into it. */
  readonly thrown: readonly [string, string] | null;
}

/** Streams in several places of one value. */
export interface Parts {
  readonly title: string;
  readonly numbers: readonly AsyncIterable<number>[];
  readonly inner: { readonly texts: AsyncIterable<string>; readonly none?: AsyncIterable<string> };
}

/** What came of a stream of bytes. */
export interface BytesSeen {
  readonly byteCount: number;
  /** Of the bytes in their order. */
  readonly hash: number;
}

/**
 * The streams that a transport's conformance cases send and receive.
 * @service crosspane.ConformanceStreams
 */
export interface ConformanceStreams {
  /** The numbers from 0 on, below `to`; of which `state` can be asked by the key. */
  count(to: number, key?: string): AsyncIterable<number>;
  /** The same with a pause before each. */
  tick(to: number, intervalMs: number, key?: string): AsyncIterable<number>;
  /** Items of so many bytes, each filled with its number, with a pause before each if one is given. */
  blocks(count: number, byteCount: number, key?: string, intervalMs?: number): AsyncIterable<Uint8Array>;
  /** Gives nothing, and ends only when it is left. */
  silent(key: string): AsyncIterable<number>;
  /** Gives as many numbers and then fails. @throws {OutOfStock} */
  breakAfter(
    count: number,
    how: "rpc" | "declared" | "error" | "undefined" | "wrong item",
  ): AsyncIterable<number>;
  /** Goes on after what is thrown into it. */
  stubborn(key: string): AsyncIterable<number>;
  sum(values: AsyncIterable<number>): Promise<number>;
  /** Reads bytes until the end and says how many there were. */
  measure(blocks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Reads as many, then wants no more. */
  first(count: number, values: AsyncIterable<number>): Promise<number[]>;
  /** Reads as many, then throws into the stream. */
  throwInto(count: number, values: AsyncIterable<number>): Promise<void>;
  /** Reads nothing, and answers once `release` is called with the key. */
  ignore(key: string, values: AsyncIterable<Uint8Array>): Promise<void>;
  release(key: string): Promise<boolean>;
  /** How the stream of an argument fails at its reader: code and message. */
  failureOf(values: AsyncIterable<number>): Promise<readonly [string, string]>;
  double(values: AsyncIterable<number>): AsyncIterable<number>;
  /** Once the values have ended, their sum, as often as there were values. */
  sumsAfterEnd(values: AsyncIterable<number>): AsyncIterable<number>;
  parts(count: number): Promise<Parts>;
  sumParts(parts: Parts, more: Map<string, AsyncIterable<number>>): Promise<readonly number[]>;
  streams(count: number): AsyncIterable<AsyncIterable<number>>;
  /** A stream as an answered result, not as the method itself. */
  later(key: string, to: number): Promise<AsyncIterable<number>>;
  download(byteCount: number, key?: string): Promise<ReadableStream<Uint8Array>>;
  upload(bytes: ReadableStream<Uint8Array>): Promise<BytesSeen>;
  mirror(bytes: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>>;
  state(key: string): Promise<SourceState>;
}
