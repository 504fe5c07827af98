/**
 * What generated code may use: version 1. Names here are only ever added, so that code generated once keeps working
 * with every later core. Not for hand-written code.
 */

import { RpcError } from "../errors/rpc-error.js";
import type { Method, Param } from "../service/method.js";
import { ArrayShape, MapShape, SetShape, TupleShape } from "../shape/collection-shapes.js";
import { LazyShape } from "../shape/lazy-shape.js";
import { type Field, ObjectShape, RecordShape } from "../shape/object-shape.js";
import { literalShape, OneOfShape, voidShape } from "../shape/scalar-shapes.js";
import type { Shape } from "../shape/shape.js";
import { type TypedArrayName, TypedArrayShape } from "../shape/typed-array-shape.js";
import { TaggedUnionShape, UnionShape } from "../shape/union-shape.js";

export { ClientStub, notify, unary } from "../client/client-stub.js";
export type { Method, Param } from "../service/method.js";
export { defineService, type Service } from "../service/service.js";
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
export type { Shape } from "../shape/shape.js";
export { unknownShape as unknown } from "../shape/unknown-shape.js";

export function literal(value: string | number | boolean | bigint): Shape {
  return literalShape(value);
}

export function oneOf(name: string, values: readonly (string | number | boolean | bigint)[]): Shape {
  return new OneOfShape(name, values);
}

export function array(item: Shape): Shape {
  return new ArrayShape(item);
}

export function tuple(
  items: readonly Shape[],
  options?: { readonly optional?: number; readonly rest?: Shape },
): Shape {
  return new TupleShape(items, options);
}

export function record(value: Shape): Shape {
  return new RecordShape(value);
}

export function map(key: Shape, value: Shape): Shape {
  return new MapShape(key, value);
}

export function set(item: Shape): Shape {
  return new SetShape(item);
}

export function typedArray(name: TypedArrayName): Shape {
  return new TypedArrayShape(name);
}

export function object(name: string, fields: { readonly [name: string]: Shape | Field }): Shape {
  return new ObjectShape(name, fields);
}

export function optional(shape: Shape): Field {
  return { shape, optional: true };
}

export function union(
  name: string,
  members: readonly Shape[],
  options: { readonly by?: string; readonly tagged?: boolean } = {},
): Shape {
  return options.tagged === true
    ? new TaggedUnionShape(name, members)
    : new UnionShape(name, members, options.by);
}

export function lazy(get: () => Shape): Shape {
  return new LazyShape(get);
}

export function param(
  name: string,
  shape: Shape,
  options: { readonly optional?: boolean; readonly rest?: boolean } = {},
): Param {
  return { name, shape, optional: options.optional ?? false, rest: options.rest ?? false };
}

export function unaryMethod(
  name: string,
  fingerprint: string,
  params: readonly Param[],
  result: Shape,
): Method {
  return { name, kind: "unary", fingerprint, params, result };
}

export function notifyMethod(name: string, fingerprint: string, params: readonly Param[]): Method {
  return { name, kind: "notify", fingerprint, params, result: voidShape };
}

export function noSuchMethod(method: number): never {
  throw new RpcError("unimplemented", `there is no method number ${method}`);
}
