import { StreamShape } from "../references/shapes/stream-shape.js";
import { TargetShape } from "../references/shapes/target-shape.js";
import { ArrayShape, MapShape, SetShape, TupleShape } from "../shape/collection-shapes.js";
import { LazyShape } from "../shape/lazy-shape.js";
import { type NamedField, ObjectShape, RecordShape } from "../shape/object-shape.js";
import { OneOfShape } from "../shape/scalar-shapes.js";
import type { Shape } from "../shape/shape.js";
import { TaggedUnionShape } from "../shape/tagged-union-shape.js";
import { TextShape } from "../shape/text-shape.js";
import { TypedArrayShape } from "../shape/typed-array-shape.js";
import { UnionShape } from "../shape/union-shape.js";

/** A type without parts. `signal` is an `AbortSignal` among the arguments. */
export type ScalarKind =
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "undefined"
  | "null"
  | "void"
  | "Date"
  | "Uint8Array"
  | "unknown"
  | "signal";

/** Classes of typed arrays other than `Uint8Array`. */
export type TypedArrayKind =
  | "Int8Array"
  | "Uint8ClampedArray"
  | "Int16Array"
  | "Uint16Array"
  | "Int32Array"
  | "Uint32Array"
  | "Float32Array"
  | "Float64Array"
  | "BigInt64Array"
  | "BigUint64Array";

/** A type as data that a program can walk. Its parts are shapes again. */
export type ShapeDescription =
  | { readonly kind: ScalarKind }
  | { readonly kind: "text"; readonly label: string }
  | { readonly kind: "oneOf"; readonly values: readonly (string | number | boolean | bigint)[] }
  | { readonly kind: "typedArray"; readonly name: TypedArrayKind }
  | { readonly kind: "array" | "set" | "record" | "stream"; readonly item: Shape }
  | { readonly kind: "map"; readonly key: Shape; readonly value: Shape }
  | {
      readonly kind: "tuple";
      readonly items: readonly Shape[];
      /** Number of items that must be present. */
      readonly required: number;
      /** The type of further items; undefined if there may be none. */
      readonly rest: Shape | undefined;
    }
  | { readonly kind: "object"; readonly name: string; readonly fields: readonly NamedField[] }
  | { readonly kind: "union"; readonly label: string; readonly members: readonly Shape[] }
  /** A function, or an object of a service, which travels by reference. */
  | { readonly kind: "function" | "reference"; readonly name: string };

/** Describes a type. A shape that is defined further down is followed. */
export function describeShape(shape: Shape): ShapeDescription {
  if (shape instanceof LazyShape) return describeShape(shape.target);
  if (shape instanceof ObjectShape) return { kind: "object", name: shape.label, fields: shape.fields };
  if (shape instanceof OneOfShape) return { kind: "oneOf", values: [...shape.values] };
  if (shape instanceof TextShape) return { kind: "text", label: shape.label };
  if (shape instanceof TypedArrayShape) return { kind: "typedArray", name: shape.label };
  if (shape instanceof TupleShape) {
    const { items, required, rest } = shape;
    return { kind: "tuple", items, required, rest };
  }
  if (shape instanceof UnionShape || shape instanceof TaggedUnionShape)
    return { kind: "union", label: shape.label, members: shape.parts };
  if (shape instanceof StreamShape) return { kind: "stream", item: shape.item };
  if (shape instanceof TargetShape) return { kind: shape.kind, name: shape.label };
  const [first, second] = (shape.parts ?? []) as readonly [Shape, Shape];
  if (shape instanceof ArrayShape || shape instanceof SetShape || shape instanceof RecordShape)
    return { kind: shape.kind, item: first };
  if (shape instanceof MapShape) return { kind: "map", key: first, value: second };
  return { kind: shape.kind as ScalarKind };
}
