import type { Address } from "@crosspane/transports/win32";
import { addReference, releaseReference } from "./com-interfaces.js";
import { cells } from "./messages.js";

/** Objects of scripts that this thread holds, by number. */
export class ScriptObjects {
  readonly #addresses = new Map<number, Address>();
  readonly #counts: Int32Array;
  #last = 0;

  /** @param counts the cells that count them. */
  constructor(counts: Int32Array) {
    this.#counts = counts;
  }

  /** Holds an object until `release`. */
  hold(address: Address): number {
    addReference(address);
    this.#addresses.set(++this.#last, address);
    Atomics.add(this.#counts, cells.scriptObjects, 1);
    return this.#last;
  }

  addressOf(held: number): Address | undefined {
    return this.#addresses.get(held);
  }

  release(held: number): void {
    const address = this.#addresses.get(held);
    if (address === undefined) return;
    this.#addresses.delete(held);
    Atomics.sub(this.#counts, cells.scriptObjects, 1);
    releaseReference(address);
  }

  releaseAll(): void {
    for (const held of [...this.#addresses.keys()]) this.release(held);
  }
}
