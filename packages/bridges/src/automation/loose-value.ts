import type { Address } from "@crosspane/transports/win32";

/** The content of a VARIANT, before it is known what the contract declares in its place. */
export type LooseValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | FixedPoint
  | LooseArray
  | DispatchPointer;

/** A currency or a decimal: `units` divided by ten to the power of `scale`. */
export class FixedPoint {
  readonly units: bigint;
  readonly scale: number;

  constructor(units: bigint, scale: number) {
    this.units = units;
    this.scale = scale;
  }

  toNumber(): number {
    // By way of its digits, which are rounded once.
    return Number(`${this.units}e-${this.scale}`);
  }

  /** Returns undefined if it has a fraction. */
  toBigint(): bigint | undefined {
    const unit = 10n ** BigInt(this.scale);
    return this.units % unit === 0n ? this.units / unit : undefined;
  }
}

/** The items of a SAFEARRAY. */
export class LooseArray {
  /** The items, if they are bytes. */
  readonly bytes: Buffer | undefined;
  readonly #items: readonly LooseValue[];

  constructor(items: readonly LooseValue[] | Buffer) {
    this.bytes = Buffer.isBuffer(items) ? items : undefined;
    this.#items = Buffer.isBuffer(items) ? [] : items;
  }

  get items(): readonly LooseValue[] {
    return this.bytes === undefined ? this.#items : [...this.bytes];
  }
}

/** An object, whose pointer is valid as long as the VARIANT is. */
export class DispatchPointer {
  readonly address: Address;

  constructor(address: Address) {
    this.address = address;
  }
}

/** The value of a VARIANT does not fit the declared type. */
export class VariantMismatch extends Error {}
