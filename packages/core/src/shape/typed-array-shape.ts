import { requireAttached } from "./scalar-shapes.js";
import type { Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

const constructors = {
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

export type TypedArrayName = keyof typeof constructors;

/** A typed array: its elements' bytes, little-endian, in a `bin`. */
export class TypedArrayShape implements Shape {
  readonly kind = "typedArray";
  readonly label: TypedArrayName;
  readonly sends = ["typedArray"] as const;
  readonly receives = ["bytes"] as const;

  constructor(label: TypedArrayName) {
    this.label = label;
  }

  convert(value: unknown, sending: boolean): unknown {
    const TypedArray = constructors[this.label];
    if (sending) {
      if (!(value instanceof TypedArray)) throw new ShapeMismatch(this.label, kindOf(value));
      if (value.length === 0) requireAttached(value, this.label);
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    if (!(value instanceof Uint8Array)) throw new ShapeMismatch(this.label, kindOf(value));
    const size = TypedArray.BYTES_PER_ELEMENT;
    if (value.byteLength % size !== 0) {
      throw new ShapeMismatch(`${this.label} (a multiple of ${size} bytes)`, `${value.byteLength} bytes`);
    }
    const aligned = value.byteOffset % size === 0 ? value : new Uint8Array(value);
    return new TypedArray(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
  }
}
