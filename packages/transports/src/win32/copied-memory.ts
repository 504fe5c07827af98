import { moveFromAddress, moveToAddress } from "./kernel32.js";
import type { SharedMemory } from "./shared-memory.js";
import type { Address } from "./types.js";

/**
 * Shared memory that is read and written by copies. An aligned word is copied in one access. An
 * atomic operation on a private buffer is a full fence of the processor, which provides the order
 * that `load` and `store` promise.
 */
export class CopiedMemory implements SharedMemory {
  readonly byteLength: number;
  readonly view = undefined;
  readonly #word = new Uint8Array(4);
  readonly #wordView = new DataView(this.#word.buffer);
  readonly #fence = new Int32Array(1);
  #address: Address | undefined;

  constructor(address: Address, byteLength: number) {
    this.#address = address;
    this.byteLength = byteLength;
  }

  load(offset: number): number {
    moveFromAddress(this.#word, this.#at(offset, 4), 4);
    Atomics.add(this.#fence, 0, 1);
    return this.#wordView.getInt32(0, true);
  }

  store(offset: number, word: number): void {
    this.#wordView.setInt32(0, word, true);
    Atomics.add(this.#fence, 0, 1);
    moveToAddress(this.#at(offset, 4), this.#word, 4);
    Atomics.add(this.#fence, 0, 1);
  }

  read(offset: number, to: Uint8Array): void {
    if (to.length > 0) moveFromAddress(to, this.#at(offset, to.length), to.length);
  }

  write(offset: number, from: Uint8Array): void {
    if (from.length > 0) moveToAddress(this.#at(offset, from.length), from, from.length);
  }

  detach(): void {
    this.#address = undefined;
  }

  #at(offset: number, bytes: number): Address {
    if (this.#address === undefined) throw new TypeError("shared memory was used after it was unmapped");
    if (offset < 0 || offset + bytes > this.byteLength) {
      throw new RangeError(
        `${bytes} bytes at ${offset} are outside of ${this.byteLength} bytes of shared memory`,
      );
    }
    return (this.#address + offset) as Address;
  }
}
