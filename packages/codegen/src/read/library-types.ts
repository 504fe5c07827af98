import type { Type } from "ts-morph";
import type { ProblemReason } from "../model/problem.js";
import {
  type PrimitiveName,
  type StreamForm,
  type TypedArrayName,
  typedArrayNames,
} from "../model/type-node.js";
import type { TypeReader } from "./type-reader.js";

/** Model of a type that the language or the platform declares. */
export type LibraryType =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "typed-array"; readonly name: TypedArrayName }
  | { readonly kind: "array" | "map" | "set" }
  | { readonly kind: "signal" }
  | { readonly kind: "stream"; readonly form: StreamForm }
  | { readonly kind: "unsupported"; readonly reason: ProblemReason };

const libraryTypes: ReadonlyMap<string, LibraryType> = new Map<string, LibraryType>([
  ["Date", { kind: "primitive", name: "date" }],
  ["Uint8Array", { kind: "primitive", name: "bytes" }],
  ...typedArrayNames.map((name) => [name, { kind: "typed-array", name }] as const),
  ["Array", { kind: "array" }],
  ["ReadonlyArray", { kind: "array" }],
  ["Map", { kind: "map" }],
  ["ReadonlyMap", { kind: "map" }],
  ["Set", { kind: "set" }],
  ["ReadonlySet", { kind: "set" }],
  ["AbortSignal", { kind: "signal" }],
  ...["AsyncIterable", "AsyncIterableIterator", "AsyncIteratorObject", "AsyncGenerator"].map(
    (name) => [name, { kind: "stream", form: "AsyncIterable" }] as const,
  ),
  ["ReadableStream", { kind: "stream", form: "ReadableStream" }],
  ["Readable", { kind: "stream", form: "Readable" }],
  ...refuse("promise", ["Promise", "PromiseLike"]),
  ...refuse("stream", [
    "AsyncIterator",
    "Iterable",
    "Iterator",
    "IterableIterator",
    "IteratorObject",
    "Generator",
    "WritableStream",
    "TransformStream",
    "Writable",
    "Duplex",
    "Transform",
    "PassThrough",
  ]),
  ...refuse("abort-signal", ["AbortController"]),
  ...refuse("weak", ["WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry"]),
  ...refuse("buffer", [
    "ArrayBuffer",
    "SharedArrayBuffer",
    "DataView",
    "Buffer",
    "Blob",
    "File",
    "Float16Array",
  ]),
  ...refuse("object", ["Object", "Function", "CallableFunction", "NewableFunction"]),
  ...refuse("symbol", ["Symbol"]),
  // These have no methods of their own and would pass for plain data.
  ...refuse("platform", [
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SuppressedError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ]),
]);

/**
 * Returns the model of a library type by its name. Types without a model are platform objects or
 * plain data.
 */
export function libraryTypeNamed(name: string): LibraryType | undefined {
  return libraryTypes.get(name);
}

/** Returns the model of a type that the language or the platform declares, if it has one. */
export function libraryTypeOf(type: Type, reader: Pick<TypeReader, "isLibrary">): LibraryType | undefined {
  if (type.isUnion() || type.isIntersection() || type.isTuple()) return undefined;
  const symbol = type.getSymbol();
  const isLibrary = symbol?.getDeclarations().some(reader.isLibrary) ?? false;
  return isLibrary ? libraryTypeNamed(symbol!.getName()) : undefined;
}

const ambientTypes: ReadonlyMap<string, ProblemReason> = new Map([
  ["AbortController", "abort-signal"],
  ...["Buffer", "Blob", "File"].map((name) => [name, "buffer"] as const),
  ...["WritableStream", "TransformStream"].map((name) => [name, "stream"] as const),
  ...[
    "URL",
    "URLSearchParams",
    "Headers",
    "Request",
    "Response",
    "FormData",
    "Event",
    "EventTarget",
    "DOMException",
  ].map((name) => [name, "platform"] as const),
]);

/** Returns the reason why a platform type does not travel, for projects without its declaration. */
export function ambientTypeNamed(name: string): ProblemReason | undefined {
  return ambientTypes.get(name);
}

function refuse(reason: ProblemReason, names: readonly string[]): [string, LibraryType][] {
  return names.map((name) => [name, { kind: "unsupported", reason }]);
}
