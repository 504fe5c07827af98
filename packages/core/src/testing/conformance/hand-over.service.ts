import type { BytesSeen } from "./streams.service.js";

/** A value of several kinds, all of which can be changed in place. */
export interface Reading {
  n: number;
  past: number[];
  byName: Map<string, number>;
  seen: Set<number>;
  at: Date;
  raw: Uint8Array;
  samples: Float64Array;
}

/**
 * Sends and receives values that their owner goes on to change.
 * @service crosspane.ConformanceHandOver
 */
export interface ConformanceHandOver {
  /** Yields one buffer again and again, refilled each time. */
  blocks(count: number, byteCount: number): AsyncIterable<Uint8Array>;
  /** Yields one object again and again, changed each time. */
  readings(count: number): AsyncIterable<Reading>;
  /** Reads test bytes through one buffer. */
  file(byteCount: number, pieceBytes: number): Promise<ReadableStream<Uint8Array>>;
  /** Returns the first and the last byte of each block. */
  edgesOf(blocks: AsyncIterable<Uint8Array>): Promise<number[][]>;
  collect(readings: AsyncIterable<Reading>): Promise<Reading[]>;
  measure(bytes: ReadableStream<Uint8Array>): Promise<BytesSeen>;
  echo(reading: Reading): Promise<Reading>;
  /** Returns a stream of its argument, repeated as often as asked. */
  repeat(reading: Reading, count: number): AsyncIterable<Reading>;
  /** Keeps its argument under a key. */
  note(key: string, reading: Reading): void;
  noted(key: string): Promise<Reading[]>;
}
