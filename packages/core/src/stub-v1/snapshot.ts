/**
 * Types by which a generated module detects that its contract has changed. The module holds a copy
 * of the contract's types, and TypeScript compares the forms of both when it checks the module.
 * Nothing of this exists at run time.
 */

import type { MethodKind } from "../service/method.js";
import type { AnyTypedArray, Form, FormOfMethod, MethodForm, Settled } from "./type-form.js";

/** Makes TypeScript report a failed comparison at its place. */
export type Expect<Comparison extends true> = Comparison;

/** True if two types travel alike; otherwise the text of the error. */
export type Same<Now, Then, What extends string> = Verdict<Identical<Form<Now>, Form<Then>>, What>;

/** True if the arguments and the result of a method travel as before. */
export type SameMethod<
  Now,
  Kind extends MethodKind,
  Args extends readonly unknown[],
  Result,
  What extends string,
> = Verdict<Identical<FormOfMethod<Now>, MethodForm<Kind, Form<Args>, Form<Result>>>, What>;

/**
 * True if an interface has these methods and no others; `"[Symbol.dispose]"` represents being
 * disposable.
 */
export type SameMethods<Contract, Names, What extends string> = Verdict<
  Identical<NamesOf<keyof Contract>, Names>,
  What
>;

/**
 * True if an error class has these properties beside those that do not travel. A class that was
 * removed has any property, so that case needs its own test: TypeScript accepts every comparison of
 * a type that it cannot find.
 */
export type SameError<Now, Then, NotSent extends string, What extends string> = string extends keyof Now
  ? Verdict<false, What>
  : Same<{ [Name in keyof Now as Exclude<Name, NotSent>]: Now[Name] }, Then, What>;

type NamesOf<Key> = Key extends symbol ? "[Symbol.dispose]" : `${Key & (string | number)}`;

type Verdict<IsSame, What extends string> = IsSame extends true
  ? true
  : `${What} has changed since this file was generated: run crosspane generate`;

/**
 * TypeScript compares the constraints of two conditional types for identity, which works for
 * recursive types.
 */
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The type of a parameter of a method or function, or of the items of a rest parameter. */
export type ParamOf<F, Index extends number> = F extends (...args: infer Args) => unknown
  ? Args extends readonly unknown[]
    ? Args[Index]
    : never
  : never;

/** The type of the answer of a method or function. */
export type ResultOf<F> = F extends (...args: never) => infer R ? Settled<R> : never;

/** The type of a property, or of an item of a tuple. */
export type FieldOf<T, Name> = Name extends keyof T ? T[Name] : never;

/** The type of the items of an array, a set, a stream, a map or a record. */
export type ItemOf<T> = T extends readonly (infer Item)[]
  ? Item
  : T extends ReadonlyMap<unknown, infer Value>
    ? Value
    : T extends ReadonlySet<infer Item>
      ? Item
      : T extends AsyncIterable<infer Item>
        ? Item
        : T extends { readonly [key: string]: infer Value }
          ? Value
          : never;

/** The type of the keys of a map. */
export type KeyOf<T> = T extends ReadonlyMap<infer Key, unknown> ? Key : never;

/** The members of a union that have a property of this literal type. */
export type MemberOf<T, Name, Value> = T extends unknown
  ? Name extends keyof T
    ? Form<T[Name]> extends Value
      ? T
      : never
    : never
  : never;

/** A type without null and undefined. */
export type Present<T> = T extends null | undefined ? never : T;

/** The type of an optional property or parameter that is present. */
export type Defined<T> = T extends undefined ? never : T;

/** The only type of a union that is neither a scalar nor without a value. */
export type Composite<T> = T extends Scalar ? never : T;

type Scalar = string | number | boolean | bigint | null | undefined | Date | AnyTypedArray;
