/**
 * Types with which a generated module notices that its contract has changed: it holds a copy of the contract's types and compares
 * both when TypeScript checks it. Nothing of this exists at run time.
 *
 * Both sides of a comparison are brought to one form first, in which only what travels is left: brands, `readonly`, labels of
 * tuples and the classes of collections are gone, enums are their values. The form of an object is a mapped type, whose
 * properties TypeScript works out when they are looked at. So a named type that stands on both sides is not entered at all,
 * and types that contain themselves need no care.
 */

import type { MethodKind } from "../service/method.js";

/** Makes TypeScript report a comparison that failed, at the place where it stands. */
export type Expect<Comparison extends true> = Comparison;

/** True if two types travel alike; else the text of the error. */
export type Same<Now, Then, What extends string> = Verdict<Identical<Form<Now>, Form<Then>>, What>;

/** True if a method is called and answered as it was. */
export type SameMethod<
  Now,
  Kind extends MethodKind,
  Args extends readonly unknown[],
  Result,
  What extends string,
> = Verdict<Identical<FormOfMethod<Now>, MethodForm<Kind, Form<Args>, Form<Result>>>, What>;

/** True if an interface has these methods and no others; `"[Symbol.dispose]"` stands for being disposable. */
export type SameMethods<Contract, Names, What extends string> = Verdict<
  Identical<NamesOf<keyof Contract>, Names>,
  What
>;

/**
 * True if an error class has these properties beside those that do not travel. One that is gone has any property, and has to be asked so:
 * TypeScript says nothing about comparisons of what it cannot find.
 */
export type SameError<Now, Then, NotSent extends string, What extends string> = string extends keyof Now
  ? Verdict<false, What>
  : Same<{ [Name in keyof Now as Exclude<Name, NotSent>]: Now[Name] }, Then, What>;

type NamesOf<Key> = Key extends symbol ? "[Symbol.dispose]" : `${Key & (string | number)}`;

type Verdict<IsSame, What extends string> = IsSame extends true
  ? true
  : `${What} has changed since this file was generated: run crosspane generate`;

/** TypeScript compares what two conditional types extend for identity, which takes types that contain themselves. */
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The type of a parameter of a method or function, or of the items of a rest parameter. */
export type ParamOf<F, Index extends number> = F extends (...args: infer Args) => unknown
  ? Args extends readonly unknown[]
    ? Args[Index]
    : never
  : never;

/** The type that a method or function answers with. */
export type ResultOf<F> = F extends (...args: never) => infer R ? Settled<R> : never;

/** The type of a property, or of an item of a tuple. */
export type FieldOf<T, Name> = Name extends keyof T ? T[Name] : never;

/** The type of what an array, a set, a stream, a map or a record holds. */
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

/** The one type of a union that is neither a scalar nor without a value. */
export type Composite<T> = T extends Scalar ? never : T;

type Scalar = string | number | boolean | bigint | null | undefined | Date | AnyTypedArray;

/** An `AbortSignal` by its looks, as not every project declares it. */
export interface Signal {
  readonly aborted: boolean;
  /** Throws the reason if the signal is aborted. */
  throwIfAborted(): void;
}

/** Streams of bytes by their looks. */
export interface ByteStreams {
  readonly ReadableStream: {
    /** Locks the stream to a reader. */
    getReader(...args: never): unknown;
  };
  readonly Readable: { readonly readableFlowing: unknown };
}

interface AnyTypedArray {
  readonly BYTES_PER_ELEMENT: number;
  readonly [Symbol.toStringTag]: string;
}

/*
 * The forms of types that have parts. Each kind has an interface of its own, because TypeScript takes a third one within two of the same
 * for endless and does not look into it; generated code compares what is nested deeper on its own.
 */
interface ArrayForm<Item> {
  readonly array: Item;
}
interface SetForm<Item> {
  readonly set: Item;
}
interface StreamForm<Item> {
  readonly stream: Item;
}
interface MapForm<Key, Value> {
  readonly map: [Key, Value];
}
interface TupleForm<Items, Length, Tail> {
  readonly tuple: Items;
  readonly length: Length;
  readonly tail: Tail;
}
interface FunctionForm<Args, Result> {
  readonly args: Args;
  readonly result: Result;
}
interface OptionalForm<T> {
  readonly optional: T;
}
interface MethodForm<Kind, Args, Result> {
  readonly method: Kind;
  readonly args: Args;
  readonly result: Result;
}
/** The form of anything else that is not the language's own. */
interface PlainForm<Name> {
  readonly plain: Name;
}

type Form<T> = IsAny<T> extends true ? PlainForm<"any"> : FormOfKnown<T>;

type FormOfKnown<T> = T extends void
  ? undefined
  : T extends null
    ? null
    : T extends string
      ? FormOfText<T>
      : T extends number
        ? FormOfNumber<T>
        : T extends bigint
          ? FormOfBigint<T>
          : T extends boolean
            ? FormOfBoolean<T>
            : FormOfObject<T>;

type IsAny<T> = 0 extends 1 & T ? true : false;

type FormOfText<T extends string> = IsLiteral<T> extends true ? `${T}` : string;

/** The value of a literal, also if it belongs to an enum. */
type FormOfNumber<T extends number> =
  IsLiteral<`${T}`> extends true ? (`${T}` extends `${infer N extends number}` ? N : number) : number;

type FormOfBigint<T extends bigint> =
  IsLiteral<`${T}`> extends true ? (`${T}` extends `${infer N extends bigint}` ? N : bigint) : bigint;

type Empty = Record<never, never>;

/** Only what is not one text, as patterns and brands are not, may be left out as the key of an object. */
type IsLiteral<T extends string> = Empty extends Record<T, 1> ? false : true;

type FormOfBoolean<T extends boolean> = T extends true ? true : false;

/*
 * What has parts gets its form by them alone: two arrays of one type have one form, read-only or not. Forms of a union would otherwise
 * be more on one side than on the other.
 */
type FormOfObject<T> = T extends (...args: infer Args) => infer R
  ? FormOfFunction<Unlabelled<Args>, Settled<R>>
  : T extends readonly unknown[]
    ? FormOfArray<T>
    : T extends Date
      ? PlainForm<"Date">
      : T extends AnyTypedArray
        ? PlainForm<T[typeof Symbol.toStringTag]>
        : T extends ReadonlyMap<infer Key, infer Value>
          ? FormOfMap<Key, Value>
          : T extends ReadonlySet<infer Item>
            ? FormOfSet<Item>
            : FormOfRest<T>;

/** Streams and signals are known by their looks, since not every project declares all of them. */
type FormOfRest<T> = T extends ByteStreams["ReadableStream"]
  ? PlainForm<"ReadableStream">
  : T extends ByteStreams["Readable"]
    ? PlainForm<"Readable">
    : T extends AsyncIterable<infer Item>
      ? FormOfStream<Item>
      : T extends Signal
        ? PlainForm<"AbortSignal">
        : IsUnknown<T> extends true
          ? unknown
          : FormOfFields<T>;

type FormOfFunction<Args, Result> = FunctionForm<Form<Args>, Form<Result>>;
type FormOfList<Item> = ArrayForm<Form<Item>>;
type FormOfMap<Key, Value> = MapForm<Form<Key>, Form<Value>>;
type FormOfSet<Item> = SetForm<Form<Item>>;
type FormOfStream<Item> = StreamForm<Form<Item>>;
type FormOfTuple<T extends readonly unknown[]> = TupleForm<
  FormOfFields<{ [Name in keyof T as Name extends `${number}` ? Name : never]: T[Name] }>,
  T["length"],
  FormOfTail<T>
>;

type FormOfArray<T extends readonly unknown[]> =
  IsList<T> extends true ? FormOfList<T[number]> : FormOfTuple<Unlabelled<T>>;

/** The type of the items that may follow those of a tuple. */
type FormOfTail<T extends readonly unknown[]> =
  IsList<T> extends true
    ? Form<T[number]>
    : T extends readonly [_?: unknown, ...tail: infer Tail]
      ? T extends readonly []
        ? never
        : FormOfTail<Tail>
      : never;

/** A tuple without the names of its items, which would make it another type. */
type Unlabelled<T extends readonly unknown[]> =
  IsList<T> extends true
    ? T[number][]
    : T extends readonly []
      ? []
      : T extends readonly [infer Item, ...infer Tail]
        ? [Item, ...Unlabelled<Tail>]
        : T extends readonly [_?: infer Item, ...tail: infer Tail]
          ? [Item?, ...Unlabelled<Tail>]
          : never;

/** True for an array that is not a tuple. */
type IsList<T extends readonly unknown[]> = number extends T["length"]
  ? "0" extends keyof T
    ? false
    : true
  : false;

/** Without strict checks of `null`, `unknown` fits into every type without required properties. */
type IsUnknown<T> = unknown extends T ? ([keyof T] extends [never] ? true : false) : false;

type FormOfFields<T> = {
  -readonly [Name in keyof T as Name extends Brand ? never : Name]-?: Empty extends Pick<T, Name>
    ? OptionalForm<Form<Exclude<T[Name], undefined>>>
    : Form<T[Name]>;
};

/** Keys that only the compiler sees, by their habit: a few others are not compared either. */
type Brand = symbol | `_${string}${BrandWord}${string}`;
type BrandWord =
  | ("brand" | "flavor" | "flavour" | "nominal" | "opaque" | "phantom")
  | ("Brand" | "Flavor" | "Flavour" | "Nominal" | "Opaque" | "Phantom")
  | ("BRAND" | "FLAVOR" | "FLAVOUR" | "NOMINAL" | "OPAQUE" | "PHANTOM");

/** The answer, at once or later. */
type Settled<R> = R extends PromiseLike<infer Value> ? Value : R;

type FormOfMethod<T> = T extends (...args: infer Args) => infer R
  ? R extends PromiseLike<infer Value>
    ? MethodForm<"unary", Form<Unlabelled<Args>>, Form<Value>>
    : MethodForm<R extends void ? "notify" : "stream", Form<Unlabelled<Args>>, Form<R>>
  : never;
