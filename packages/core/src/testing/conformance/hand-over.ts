import type { ConformanceHandOver, Reading } from "./hand-over.service.js";
import { KeptByKey } from "./kept-by-key.js";
import { readableOf, readBytes, testBytes } from "./test-bytes.js";

/** Returns the n-th reading. */
export function readingOf(n: number): Reading {
  const reading = emptyReading();
  changeTo(reading, n);
  return reading;
}

/** Changes a reading in place into the n-th. */
export function changeTo(reading: Reading, n: number): void {
  reading.n = n;
  reading.past.splice(0, reading.past.length, n - 1, n - 2);
  reading.byName.clear();
  reading.byName.set(`name ${n}`, n);
  reading.seen.clear();
  reading.seen.add(n);
  reading.at.setTime(n);
  reading.raw.fill(n);
  reading.samples.fill(n / 2);
}

/** Yields one object for all readings. */
export async function* oneReading(count: number): AsyncGenerator<Reading> {
  const reading = emptyReading();
  for (let n = 0; n < count; n++) {
    changeTo(reading, n);
    yield reading;
  }
}

/** Yields one buffer for all blocks, as when reading a file. */
export async function* oneBuffer(count: number, byteCount: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(byteCount);
  for (let block = 0; block < count; block++) {
    // Some come at once, some after a while.
    if (block % 16 === 15) await new Promise((resolve) => setTimeout(resolve));
    yield buffer.fill(block);
  }
}

/** Yields test bytes through one buffer of `pieceBytes`. */
export async function* throughOneBuffer(byteCount: number, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes);
  let length = 0;
  for await (const bytes of testBytes(byteCount)) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + pieceBytes - length);
      buffer.set(part, length);
      at += part.length;
      length += part.length;
      if (length < pieceBytes) continue;
      yield buffer;
      length = 0;
    }
  }
  yield buffer.subarray(0, length);
}

/** Sends values that it goes on to change. */
export class ConformanceHandOverService implements ConformanceHandOver {
  readonly #notes = new KeptByKey<Reading[]>();

  blocks(count: number, byteCount: number) {
    return oneBuffer(count, byteCount);
  }

  readings(count: number) {
    return oneReading(count);
  }

  async file(byteCount: number, pieceBytes: number) {
    return readableOf(throughOneBuffer(byteCount, pieceBytes));
  }

  async edgesOf(blocks: AsyncIterable<Uint8Array>) {
    const edges: number[][] = [];
    for await (const block of blocks) edges.push([block[0] as number, block.at(-1) as number]);
    return edges;
  }

  async collect(readings: AsyncIterable<Reading>) {
    const all: Reading[] = [];
    for await (const reading of readings) all.push(reading);
    return all;
  }

  async measure(bytes: ReadableStream<Uint8Array>) {
    return readBytes(bytes);
  }

  async echo(reading: Reading) {
    return reading;
  }

  async *repeat(reading: Reading, count: number) {
    for (let time = 0; time < count; time++) yield reading;
  }

  note(key: string, reading: Reading) {
    const notes = this.#notes.get(key) ?? [];
    notes.push(reading);
    this.#notes.set(key, notes);
  }

  async noted(key: string) {
    return this.#notes.get(key) ?? [];
  }
}

function emptyReading(): Reading {
  return {
    n: 0,
    past: [],
    byName: new Map(),
    seen: new Set(),
    at: new Date(0),
    raw: new Uint8Array(5),
    samples: new Float64Array(3),
  };
}
