/** A declared error with fields. */
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

/** The state of a stream's source at the server. */
export interface SourceState {
  /** Items that were taken from it. */
  readonly produced: number;
  /** `left` if its reader stopped, `thrown` if an error was thrown into it. */
  readonly ended: "not begun" | "no" | "done" | "left" | "thrown";
  /** Code and message of the error that was thrown into it. */
  readonly thrown: readonly [string, string] | null;
}

/** Streams in several places of one value. */
export interface Parts {
  readonly title: string;
  readonly numbers: readonly AsyncIterable<number>[];
  readonly inner: { readonly texts: AsyncIterable<string>; readonly none?: AsyncIterable<string> };
}

/** Summary of a stream of bytes. */
export interface BytesSeen {
  readonly byteCount: number;
  /** Hash of the bytes in their order. */
  readonly hash: number;
}

/**
 * The streams that a transport's conformance cases send and receive.
 * @service crosspane.ConformanceStreams
 */
export interface ConformanceStreams {
  /** Yields the numbers from 0 to `to`, which is excluded. `state` returns its state by the key. */
  count(to: number, key?: string): AsyncIterable<number>;
  /** Yields the same with a pause before each. */
  tick(to: number, intervalMs: number, key?: string): AsyncIterable<number>;
  /**
   * Yields items of that many bytes, each filled with its number, with a pause before each if one
   * is given.
   */
  blocks(count: number, byteCount: number, key?: string, intervalMs?: number): AsyncIterable<Uint8Array>;
  /** Yields nothing, and ends only when it is left. */
  silent(key: string): AsyncIterable<number>;
  /** Yields that many numbers and then fails. @throws {OutOfStock} */
  breakAfter(
    count: number,
    how: "rpc" | "declared" | "error" | "undefined" | "wrong item",
  ): AsyncIterable<number>;
  /** Continues after an error was thrown into it. */
  stubborn(key: string): AsyncIterable<number>;
  sum(values: AsyncIterable<number>): Promise<number>;
  /** Reads bytes to the end and returns their number. */
  measure(blocks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Reads that many, then stops. */
  first(count: number, values: AsyncIterable<number>): Promise<number[]>;
  /** Reads that many, then throws into the stream. */
  throwInto(count: number, values: AsyncIterable<number>): Promise<void>;
  /** Reads nothing, and answers once `release` is called with the key. */
  ignore(key: string, values: AsyncIterable<Uint8Array>): Promise<void>;
  release(key: string): Promise<boolean>;
  /** Returns the code and message with which the stream of an argument fails at its reader. */
  failureOf(values: AsyncIterable<number>): Promise<readonly [string, string]>;
  double(values: AsyncIterable<number>): AsyncIterable<number>;
  /** Yields the sum of the values once they have ended, as often as there were values. */
  sumsAfterEnd(values: AsyncIterable<number>): AsyncIterable<number>;
  parts(count: number): Promise<Parts>;
  sumParts(parts: Parts, more: Map<string, AsyncIterable<number>>): Promise<readonly number[]>;
  streams(count: number): AsyncIterable<AsyncIterable<number>>;
  /** Returns a stream as the result of a call, not as that of a stream method. */
  later(key: string, to: number): Promise<AsyncIterable<number>>;
  download(byteCount: number, key?: string): Promise<ReadableStream<Uint8Array>>;
  upload(bytes: ReadableStream<Uint8Array>): Promise<BytesSeen>;
  mirror(bytes: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>>;
  state(key: string): Promise<SourceState>;
}
