import type { SharedMemory } from "./shared-memory.js";

/**
 * Shared memory through a view of it. Atomics on it use the processor's atomic operations, whatever
 * kind of buffer it is.
 */
export class ViewMemory implements SharedMemory {
  readonly byteLength: number;
  readonly view: ArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(view: ArrayBuffer) {
    this.view = view;
    this.byteLength = view.byteLength;
    this.#words = new Int32Array(view);
    this.#bytes = new Uint8Array(view);
  }

  load(offset: number): number {
    return Atomics.load(this.#words, offset >>> 2);
  }

  store(offset: number, word: number): void {
    Atomics.store(this.#words, offset >>> 2, word);
  }

  read(offset: number, to: Uint8Array): void {
    to.set(this.#bytes.subarray(offset, offset + to.length));
  }

  write(offset: number, from: Uint8Array): void {
    this.#bytes.set(from, offset);
  }

  detach(): void {
    this.view.transfer();
  }
}
