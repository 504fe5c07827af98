import type { Place, Problem } from "./problem.js";

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
  /** The values of an enum whose members are combined, so that it may have any number. */
  readonly flags?: readonly LiteralValue[];
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
  /** Declared by the language or the platform, whose versions differ. */
  readonly isPlatform?: true;
  readonly name: string | undefined;
  readonly values: readonly LiteralValue[];
}

/** The cases that TypeScript's intrinsic types give to a text. */
export type TextCase = "Uppercase" | "Lowercase" | "Capitalize" | "Uncapitalize";

/**
 * A placeholder of a template literal type, or the type itself: its texts, and the parts between
 * them.
 */
export type TextPattern =
  | "string"
  | "number"
  | "bigint"
  | { readonly texts: readonly string[]; readonly parts: readonly TextPattern[] }
  | { readonly in: TextCase; readonly of: TextPattern };

/** A string of a form: a template literal type, or a type like `Uppercase<string>`. */
export interface TextNode {
  readonly kind: "text";
  readonly pattern: TextPattern;
}

export interface ArrayNode {
  readonly kind: "array";
  readonly item: TypeNode;
}

export interface TupleNode {
  readonly kind: "tuple";
  readonly items: readonly TypeNode[];
  /** Number of the last items that may be missing. */
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
  /** Declared by the language or the platform, whose versions differ. */
  readonly isPlatform?: true;
  readonly name: string | undefined;
  readonly fields: readonly FieldModel[];
}

export interface UnionNode {
  readonly kind: "union";
  /** Declared by the language or the platform, whose versions differ. */
  readonly isPlatform?: true;
  readonly name: string | undefined;
  readonly members: readonly TypeNode[];
  /** Its place, in case its members cannot be told apart. */
  readonly place: Place;
}

/** The interface of a stream in a program. */
export type StreamForm = "AsyncIterable" | "ReadableStream" | "Readable";

/** A stream, which travels by reference. Only `AsyncIterable` has items other than bytes. */
export interface StreamNode {
  readonly kind: "stream";
  readonly form: StreamForm;
  readonly item: TypeNode;
}

export interface ParamModel {
  readonly name: string;
  readonly type: TypeNode;
  readonly optional: boolean;
  /** The type is then that of one item. */
  readonly rest: boolean;
}

/** A function, which travels by reference. */
export interface FunctionNode {
  readonly kind: "function";
  /** Its name in errors, by its place: `onChange`. */
  readonly name: string;
  readonly params: readonly ParamModel[];
  readonly result: TypeNode;
}

/** An object of a service's interface, which travels by reference. */
export interface ServiceNode {
  readonly kind: "service";
  readonly name: string;
  readonly wireName: string;
  /** The contract that declares it: absolute path with forward slashes. */
  readonly file: string;
}

/** `Subscription`, which travels by reference. */
export interface SubscriptionNode {
  readonly kind: "subscription";
}

/** `AbortSignal`, which is valid among arguments only. */
export interface SignalNode {
  readonly kind: "signal";
  /** Its place, in case that is elsewhere. */
  readonly place: Place;
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
  | TextNode
  | ArrayNode
  | TupleNode
  | RecordNode
  | MapNode
  | SetNode
  | ObjectNode
  | UnionNode
  | StreamNode
  | FunctionNode
  | ServiceNode
  | SubscriptionNode
  | SignalNode
  | ReferenceNode
  | UnsupportedNode;

/** A type with a name of its own, described once and referred to by its index. */
export interface NamedType {
  /** Its name in the contract: `Item`, `Page<Item>`. */
  readonly name: string;
  readonly type: TypeNode;
}

/** The named types of one contract; a `reference` is an index into it. */
export type TypeTable = readonly NamedType[];
