import type { Address } from "@crosspane/transports/win32";
import { at, pointerAt, readBytes } from "./native-memory.js";
import { dispatchParams, variant } from "./variant-layout.js";

/** The arguments of a call: https://learn.microsoft.com/windows/win32/api/oaidl/ns-oaidl-dispparams */
export class DispatchArguments {
  readonly #first: Address;
  readonly #count: number;
  /** Places of the parameters that are passed by name. */
  readonly #named: readonly number[];

  constructor(params: Address) {
    const bytes = readBytes(params, dispatchParams.bytes);
    this.#first = pointerAt(bytes, dispatchParams.args);
    this.#count = bytes.readUInt32LE(dispatchParams.argCount);
    const named = bytes.readUInt32LE(dispatchParams.nameCount);
    const places =
      named === 0 ? Buffer.alloc(0) : readBytes(pointerAt(bytes, dispatchParams.names), 4 * named);
    this.#named = Array.from({ length: named }, (_, index) => places.readInt32LE(4 * index));
  }

  /** Number of arguments without a name, which are those of the first parameters. */
  get positional(): number {
    return this.#count - this.#named.length;
  }

  /** Number of parameters up to the last one that has an argument. */
  get length(): number {
    return Math.max(this.positional, ...this.#named.map((place) => place + 1));
  }

  /** Returns the index of a parameter's argument in the array of the caller, or undefined. */
  indexOf(place: number): number | undefined {
    // Named arguments come first, and the others in reverse.
    if (place < this.positional) return this.#count - 1 - place;
    const index = this.#named.indexOf(place);
    return index < 0 ? undefined : index;
  }

  /** Returns the address of the VARIANT at an index in the array of the caller. */
  variantAt(index: number): Address {
    return at(this.#first, index * variant.bytes);
  }
}
