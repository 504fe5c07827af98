import type { Problem } from "./problem.js";

export type PrimitiveName =
  | "unknown"
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "undefined"
  | "null"
  | "void"
  | "date"
  | "bytes";

export const typedArrayNames = [
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

export type TypedArrayName = (typeof typedArrayNames)[number];

export type LiteralValue = string | number | boolean | bigint;

export interface FieldModel {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeNode;
}

export interface PrimitiveNode {
  readonly kind: "primitive";
  readonly name: PrimitiveName;
}

export interface TypedArrayNode {
  readonly kind: "typed-array";
  readonly name: TypedArrayName;
}

export interface LiteralNode {
  readonly kind: "literal";
  readonly value: LiteralValue;
}

/** An enum, or a union of literals only. Without a name it is printed as the union. */
export interface OneOfNode {
  readonly kind: "one-of";
  readonly name: string | undefined;
  readonly values: readonly LiteralValue[];
}

export interface ArrayNode {
  readonly kind: "array";
  readonly item: TypeNode;
}

export interface TupleNode {
  readonly kind: "tuple";
  readonly items: readonly TypeNode[];
  /** How many of the last items may be missing. */
  readonly optional: number;
  readonly rest: TypeNode | undefined;
}

/** An object with any string keys. */
export interface RecordNode {
  readonly kind: "record";
  readonly value: TypeNode;
}

export interface MapNode {
  readonly kind: "map";
  readonly key: TypeNode;
  readonly value: TypeNode;
}

export interface SetNode {
  readonly kind: "set";
  readonly item: TypeNode;
}

export interface ObjectNode {
  readonly kind: "object";
  readonly name: string | undefined;
  readonly fields: readonly FieldModel[];
}

export interface UnionNode {
  readonly kind: "union";
  readonly name: string | undefined;
  readonly members: readonly TypeNode[];
}

/** A use of the named type with this index in the contract's `types`. */
export interface ReferenceNode {
  readonly kind: "reference";
  readonly id: number;
}

export interface UnsupportedNode {
  readonly kind: "unsupported";
  readonly problem: Problem;
}

/** A type that travels, as data. Recursion goes through `reference` only. */
export type TypeNode =
  | PrimitiveNode
  | TypedArrayNode
  | LiteralNode
  | OneOfNode
  | ArrayNode
  | TupleNode
  | RecordNode
  | MapNode
  | SetNode
  | ObjectNode
  | UnionNode
  | ReferenceNode
  | UnsupportedNode;

/** A type with a name of its own, described once and referred to by its index. */
export interface NamedType {
  /** As declared: `Item`, `Page<Item>`. */
  readonly name: string;
  readonly type: TypeNode;
}

/** The named types of one contract; a `reference` is an index into it. */
export type TypeTable = readonly NamedType[];
