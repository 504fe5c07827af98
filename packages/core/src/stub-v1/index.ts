// The types of `using` belong to this API, and the libraries that a program names may lack them.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The API of generated code, version 1. Names are only ever added, so that generated code keeps
 * working with every later core. Not for hand-written code.
 * @category Generated code
 * @packageDocumentation
 */

import { RpcError } from "../errors/rpc-error.js";
import { StreamShape } from "../references/shapes/stream-shape.js";
import { FunctionShape, ReferenceShape } from "../references/shapes/target-shape.js";
import { createErrorType, type ErrorClass, type ErrorType } from "../service/error-type.js";
import type { Method, MethodOptions, Param } from "../service/method.js";
import { defineService, type Service, type ServiceDefinition } from "../service/service.js";
import { ArrayShape, MapShape, SetShape, TupleShape } from "../shape/collection-shapes.js";
import { LazyShape } from "../shape/lazy-shape.js";
import { type Field, ObjectShape, RecordShape } from "../shape/object-shape.js";
import { bytesShape, literalShape, OneOfShape, voidShape } from "../shape/scalar-shapes.js";
import type { Shape } from "../shape/shape.js";
import { TaggedUnionShape } from "../shape/tagged-union-shape.js";
import { type TextPattern, TextShape } from "../shape/text-shape.js";
import { type TypedArrayName, TypedArrayShape } from "../shape/typed-array-shape.js";
import { UnionShape } from "../shape/union-shape.js";

export { ClientStub, notify, streaming, unary } from "../outbound/client-stub.js";
export { signalShape as signal } from "../references/shapes/signal-shape.js";
export { type Subscription, subscriptionShape as subscription } from "../references/shapes/subscription.js";
export type { ErrorClass, ErrorType } from "../service/error-type.js";
export type { Method, MethodKind, MethodOptions, Param } from "../service/method.js";
export type { Field } from "../shape/object-shape.js";
export {
  bigintShape as bigint,
  booleanShape as boolean,
  bytesShape as bytes,
  dateShape as date,
  nullShape as null,
  numberShape as number,
  stringShape as string,
  undefinedShape as undefined,
  voidShape as void,
} from "../shape/scalar-shapes.js";
export type { Attempt, Conversion, Direction, Exchange, Shape, UnionFit } from "../shape/shape.js";
export type { TextCase, TextPattern } from "../shape/text-shape.js";
export { unknownShape as unknown } from "../shape/unknown-shape.js";
export type {
  Composite,
  Defined,
  Expect,
  FieldOf,
  ItemOf,
  KeyOf,
  MemberOf,
  ParamOf,
  Present,
  ResultOf,
  Same,
  SameError,
  SameMethod,
  SameMethods,
} from "./snapshot.js";
export type { ByteStreams, Signal } from "./type-form.js";

export { defineService, type Service };

/** Shape of exactly one literal. */
export function literal(value: string | number | boolean | bigint): Shape {
  return literalShape(value);
}

/**
 * Shape of one of some literals: an enum, or a union of literals. `name` is the expected type in
 * errors.
 */
export function oneOf(name: string, values: readonly (string | number | boolean | bigint)[]): Shape {
  return new OneOfShape(name, values);
}

/**
 * Shape of a template literal type, or of a type like `Uppercase<string>`. `name` is the expected
 * type in errors.
 */
export function text(name: string, pattern: TextPattern): Shape {
  return new TextShape(name, pattern);
}

/** `T[]`. */
export function array(item: Shape): Shape {
  return new ArrayShape(item);
}

/**
 * Shape of a tuple. The last `optional` of its items may be missing; items of the shape `rest` may
 * follow.
 */
export function tuple(
  items: readonly Shape[],
  options?: { readonly optional?: number; readonly rest?: Shape },
): Shape {
  return new TupleShape(items, options);
}

/** `Record<string, V>`. */
export function record(value: Shape): Shape {
  return new RecordShape(value);
}

/** `Map<K, V>`. */
export function map(key: Shape, value: Shape): Shape {
  return new MapShape(key, value);
}

/** `Set<T>`. */
export function set(item: Shape): Shape {
  return new SetShape(item);
}

/** Shape of a typed array other than `Uint8Array`. */
export function typedArray(name: TypedArrayName): Shape {
  return new TypedArrayShape(name);
}

/** Shape of an interface or object type with its fields. */
export function object(name: string, fields: { readonly [name: string]: Shape | Field }): Shape {
  return new ObjectShape(name, fields);
}

/** A field that may be missing. */
export function optional(shape: Shape): Field {
  return { shape, optional: true };
}

/**
 * Shape of a union. `by` is the property that distinguishes its members; `tagged` numbers members
 * that look the same on the wire.
 */
export function union(
  name: string,
  members: readonly Shape[],
  options: { readonly by?: string; readonly tagged?: boolean } = {},
): Shape {
  return options.tagged === true
    ? new TaggedUnionShape(name, members)
    : new UnionShape(name, members, options.by);
}

/** Shape that is defined further down. */
export function lazy(get: () => Shape): Shape {
  return new LazyShape(get);
}

/** A parameter of a method. For a `rest` parameter the shape is that of one of its values. */
export function param(
  name: string,
  shape: Shape,
  options: { readonly optional?: boolean; readonly rest?: boolean } = {},
): Param {
  return { name, shape, optional: options.optional ?? false, rest: options.rest ?? false };
}

/** Shape of a stream: `AsyncIterable<T>`. */
export function stream(item: Shape): Shape {
  return new StreamShape(item);
}

/**
 * Shape of a stream of bytes in a form of the platform: the web's `ReadableStream` or `Readable` of
 * `node:stream`.
 */
export function byteStream(form: "ReadableStream" | "Readable"): Shape {
  return new StreamShape(bytesShape, form);
}

/**
 * Shape of a function, which travels by reference. `name` is its name in errors. A function that a
 * peer sends back is the original only where the same `fingerprint` is declared; without one, as in
 * code that was generated earlier, only for the same declaration.
 */
export function func(name: string, params: readonly Param[], result: Shape, fingerprint = ""): Shape {
  return new FunctionShape(name, unaryMethod("call", fingerprint, params, result));
}

/** Shape of an object of another service's interface, which travels by reference. */
export function reference<T>(get: () => Service<T>): Shape {
  return new ReferenceShape(() => get().definition as ServiceDefinition<unknown>);
}

/** A method that returns a stream. */
export function streamMethod(
  name: string,
  fingerprint: string,
  params: readonly Param[],
  result: Shape,
  options: MethodOptions = {},
): Method {
  const stream =
    result instanceof StreamShape ? new StreamShape(result.item, result.form, options.errors) : result;
  return { name, kind: "stream", fingerprint, params, result: stream, ...options };
}

/** A method with an answer. */
export function unaryMethod(
  name: string,
  fingerprint: string,
  params: readonly Param[],
  result: Shape,
  options: MethodOptions = {},
): Method {
  return { name, kind: "unary", fingerprint, params, result, ...options };
}

/** A one-way method. */
export function notifyMethod(
  name: string,
  fingerprint: string,
  params: readonly Param[],
  options: MethodOptions = {},
): Method {
  return { name, kind: "notify", fingerprint, params, result: voidShape, ...options };
}

/**
 * An error class that methods declare with `@throws`, with the fields that travel beside the
 * message.
 */
export function errorType(
  name: string,
  errorClass: ErrorClass,
  fields: { readonly [name: string]: Shape | Field },
): ErrorType {
  return createErrorType(name, errorClass, fields);
}

/**
 * Handles an unknown method number in a skeleton.
 * @throws {RpcError} `unimplemented`, always.
 */
export function noSuchMethod(method: number): never {
  throw new RpcError("unimplemented", `there is no method number ${method}`);
}
