import { asBytes, typedArrayName } from "../runtime/brands.js";
import { requireAttached } from "./scalar-shapes.js";
import type { Conversion, Shape } from "./shape.js";
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

  convert(value: unknown, { direction }: Conversion): unknown {
    const TypedArray = constructors[this.label];
    if (direction === "send") {
      if (typedArrayName(value) !== this.label) throw new ShapeMismatch(this.label, kindOf(value));
      const view = value as InstanceType<typeof TypedArray>;
      if (view.byteLength === 0) requireAttached(view, this.label);
      return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    }
    const bytes = asBytes(value);
    if (bytes === undefined) throw new ShapeMismatch(this.label, kindOf(value));
    const size = TypedArray.BYTES_PER_ELEMENT;
    if (bytes.byteLength % size !== 0) {
      throw new ShapeMismatch(`${this.label} (a multiple of ${size} bytes)`, `${bytes.byteLength} bytes`);
    }
    const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
    return new TypedArray(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
  }
}
