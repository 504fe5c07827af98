/**
 * The form of a type: what travels of it. Brands, `readonly`, labels of tuples and the classes of
 * collections are removed, and enums become their values. The form of an object is a mapped type,
 * whose properties TypeScript evaluates lazily. So a named type that occurs on both sides of a
 * comparison is not entered at all, and recursive types need no care.
 */

/** An `AbortSignal` by its structure, because not every project declares it. */
export interface Signal {
  readonly aborted: boolean;
  /** Throws the reason if the signal is aborted. */
  throwIfAborted(): void;
}

/** Streams of bytes by their structure. */
export interface ByteStreams {
  readonly ReadableStream: {
    /** Locks the stream to a reader. */
    getReader(...args: never): unknown;
  };
  readonly Readable: { readonly readableFlowing: unknown };
}

/** Any typed array, by its structure. */
export interface AnyTypedArray {
  readonly BYTES_PER_ELEMENT: number;
  readonly [Symbol.toStringTag]: string;
}

/**
 * The forms of types that have parts. Each kind has an interface of its own, because TypeScript
 * takes a third one within two of the same for endless and does not look into it. Generated code
 * compares deeper nesting separately.
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
/** The form of a method. */
export interface MethodForm<Kind, Args, Result> {
  readonly method: Kind;
  readonly args: Args;
  readonly result: Result;
}
/** The form of anything else that is not built into the language. */
interface PlainForm<Name> {
  readonly plain: Name;
}

/** The form of a type: what travels of it. */
export type Form<T> = IsAny<T> extends true ? PlainForm<"any"> : FormOfKnown<T>;

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

/** The value of a literal, also of an enum's member. */
type FormOfNumber<T extends number> =
  IsLiteral<`${T}`> extends true ? (`${T}` extends `${infer N extends number}` ? N : number) : number;

type FormOfBigint<T extends bigint> =
  IsLiteral<`${T}`> extends true ? (`${T}` extends `${infer N extends bigint}` ? N : bigint) : bigint;

type Empty = Record<never, never>;

/**
 * Only a type that is not a single text, such as a pattern or a brand, may be left out as the key
 * of an object.
 */
type IsLiteral<T extends string> = Empty extends Record<T, 1> ? false : true;

type FormOfBoolean<T extends boolean> = T extends true ? true : false;

/**
 * The form of a type with parts depends on the parts alone: two arrays of one type have one form,
 * read-only or not. Otherwise a union could have more forms on one side than on the other.
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

/**
 * Streams and signals are recognized by their structure, because not every project declares all of
 * them.
 */
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

/**
 * Without strict checks of `null`, `unknown` is assignable to every type without required
 * properties.
 */
type IsUnknown<T> = unknown extends T ? ([keyof T] extends [never] ? true : false) : false;

type FormOfFields<T> = {
  -readonly [Name in keyof T as Name extends Brand ? never : Name]-?: Empty extends Pick<T, Name>
    ? OptionalForm<Form<Exclude<T[Name], undefined>>>
    : Form<T[Name]>;
};

/**
 * Keys that only the compiler sees, recognized by their usual names. A few other keys are not
 * compared either.
 */
type Brand = symbol | `_${string}${BrandWord}${string}`;
type BrandWord =
  | ("brand" | "flavor" | "flavour" | "nominal" | "opaque" | "phantom")
  | ("Brand" | "Flavor" | "Flavour" | "Nominal" | "Opaque" | "Phantom")
  | ("BRAND" | "FLAVOR" | "FLAVOUR" | "NOMINAL" | "OPAQUE" | "PHANTOM");

/** The answer, at once or later. */
export type Settled<R> = R extends PromiseLike<infer Value> ? Value : R;

/** The form of a method: its kind, its arguments and its result. */
export type FormOfMethod<T> = T extends (...args: infer Args) => infer R
  ? R extends PromiseLike<infer Value>
    ? MethodForm<"unary", Form<Unlabelled<Args>>, Form<Value>>
    : MethodForm<R extends void ? "notify" : "stream", Form<Unlabelled<Args>>, Form<R>>
  : never;
