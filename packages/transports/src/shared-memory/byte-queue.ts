import { corkBytes } from "../byte-stream/byte-stream-limits.js";
import { returnCork, takeCork } from "../byte-stream/cork-pool.js";

/** A pooled buffer of queued bytes; those before `start` are already sent. */
interface Chunk {
  readonly bytes: Buffer;
  start: number;
  end: number;
  next: Chunk | undefined;
}

/** A queue of bytes. Its cost per byte does not grow with its length. */
export class ByteQueue {
  #first: Chunk | undefined;
  #last: Chunk | undefined;
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Appends a copy. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const chunk = this.#withRoom();
      const count = Math.min(bytes.length - at, corkBytes - chunk.end);
      chunk.bytes.set(bytes.subarray(at, at + count), chunk.end);
      chunk.end += count;
      at += count;
    }
    this.#byteLength += bytes.length;
  }

  /**
   * Returns the contiguous bytes at the front, or undefined if the queue is empty. They are valid
   * until they are dropped.
   */
  peek(): Uint8Array | undefined {
    const first = this.#first;
    return first?.bytes.subarray(first.start, first.end);
  }

  /** Removes bytes from the front: as many as {@link peek} returned, or fewer. */
  drop(count: number): void {
    const first = this.#first;
    if (first === undefined) return;
    first.start += count;
    this.#byteLength -= count;
    if (first.start < first.end) return;
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
    returnCork(first.bytes);
  }

  clear(): void {
    while (this.#first !== undefined) this.drop(this.#first.end - this.#first.start);
  }

  #withRoom(): Chunk {
    const last = this.#last;
    if (last !== undefined && last.end < corkBytes) return last;
    const chunk: Chunk = { bytes: takeCork(), start: 0, end: 0, next: undefined };
    if (last === undefined) this.#first = chunk;
    else last.next = chunk;
    this.#last = chunk;
    return chunk;
  }
}
