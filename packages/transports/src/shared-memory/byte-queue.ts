/** A copy of bytes that wait, of which those before `start` have gone out. */
interface Chunk {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
  next: Chunk | undefined;
}

/** Small pieces share a chunk of this many bytes. */
const chunkBytes = 64 * 1024;

/** Bytes in the order of their arrival. Its cost per byte does not grow with its length. */
export class ByteQueue {
  #first: Chunk | undefined;
  #last: Chunk | undefined;
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Adds a copy. */
  push(bytes: Uint8Array): void {
    const last = this.#last;
    const fits = last === undefined ? 0 : Math.min(bytes.length, last.bytes.length - last.end);
    if (last !== undefined && fits > 0) {
      last.bytes.set(bytes.subarray(0, fits), last.end);
      last.end += fits;
    }
    if (fits < bytes.length) this.#add(bytes.subarray(fits));
    this.#byteLength += bytes.length;
  }

  /** The bytes at the front that lie together, or undefined. */
  peek(): Uint8Array | undefined {
    const first = this.#first;
    return first?.bytes.subarray(first.start, first.end);
  }

  /** Takes bytes off the front: as many as {@link peek} gave, or fewer. */
  drop(count: number): void {
    const first = this.#first;
    if (first === undefined) return;
    first.start += count;
    this.#byteLength -= count;
    if (first.start < first.end) return;
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
  }

  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#byteLength = 0;
  }

  #add(bytes: Uint8Array): void {
    const memory = new Uint8Array(Math.max(bytes.length, chunkBytes));
    memory.set(bytes);
    const chunk: Chunk = { bytes: memory, start: 0, end: bytes.length, next: undefined };
    if (this.#last === undefined) this.#first = chunk;
    else this.#last.next = chunk;
    this.#last = chunk;
  }
}
