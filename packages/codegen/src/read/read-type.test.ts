// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are types
import { describe, expect, it } from "vitest";
import { checkContracts } from "../check/check-contracts.js";
import { checkSource, namedShapeOf, readSources, shapeOf } from "../test-support/read-sources.js";

describe("a type becomes a shape", () => {
  it.each([
    ["string", "string"],
    ["number", "number"],
    ["boolean", "boolean"],
    ["bigint", "bigint"],
    ["null", "null"],
    ["undefined", "undefined"],
    ["unknown", "unknown"],
    ["Date", "date"],
    ["Uint8Array", "bytes"],
    ["Float64Array", 'typedArray("Float64Array")'],
    ["BigInt64Array", 'typedArray("BigInt64Array")'],
    ['"a"', 'literal("a")'],
    ["42", "literal(42)"],
    ["-1.5", "literal(-1.5)"],
    ["-7n", "literal(-7n)"],
    ["true", "literal(true)"],
    ['"b" | "a"', `oneOf('"a" | "b"', ["a", "b"])`],
    ['2 | "a" | 1', `oneOf('1 | 2 | "a"', [1, 2, "a"])`],
    ["string[]", "array(string)"],
    ["readonly string[]", "array(string)"],
    ["Array<ReadonlyArray<number>>", "array(array(number))"],
    ["[string, number]", "tuple([string, number])"],
    ["readonly [a: string, b?: number]", "tuple([string, number], { optional: 1 })"],
    ["[string, ...Date[]]", "tuple([string], { rest: date })"],
    ["[]", "tuple([])"],
    ["Record<string, number>", "record(number)"],
    ["{ [key: string]: Date }", "record(date)"],
    ["Record<string | number, number>", "record(number)"],
    ["{ [key: string]: never }", 'object("{}", {})'],
    ["Map<string, number>", "map(string, number)"],
    ["ReadonlyMap<number, Date>", "map(number, date)"],
    ["Set<bigint>", "set(bigint)"],
    ["ReadonlySet<string>", "set(string)"],
    ["{ a: string; b?: number }", 'object("{ a: string; b?: number }", { a: string, b: optional(number) })'],
    ["{ a?: string | undefined }", 'object("{ a?: string }", { a: optional(string) })'],
    [
      "{ a: string | undefined }",
      'object("{ a: string | undefined }", { a: union("string | undefined", [string, undefined]) })',
    ],
    ["{ a?: never }", 'object("{ a?: undefined }", { a: optional(undefined) })'],
    ['{ readonly "odd-name": 1 }', 'object("{ odd-name: 1 }", { "odd-name": literal(1) })'],
    ["string | null", 'union("string | null", [string, null])'],
    ["boolean | undefined", 'union("boolean | undefined", [boolean, undefined])'],
    ["true | string", 'union("string | true", [string, literal(true)])'],
    ["string & { readonly __brand: unique symbol }", "string"],
    ['(string & { __a: 1 }) | (string & { __b: 1 }) | "x"', "string"],
    ["number[] & { __brand: 1 }", "array(number)"],
    ["Date & { __brand: 1 }", "date"],
    ["`id-${string}`", 'text("`id-${string}`", { texts: ["id-", ""], parts: ["string"] })'],
    [
      "`${number}-${Capitalize<string>}`",
      'text("`${number}-${Capitalize<string>}`", { texts: ["", "-", ""], parts: ["number", { in: "Capitalize", of: "string" }] })',
    ],
    ["`${'a' | 'b'}-${1 | 2}`", `oneOf('"a-1" | "a-2" | "b-1" | "b-2"', ["a-1", "a-2", "b-1", "b-2"])`],
    ["`x${string & { __brand: 1 }}`", 'text("`x${string}`", { texts: ["x", ""], parts: ["string"] })'],
    ["Uppercase<string>", 'text("Uppercase<string>", { in: "Uppercase", of: "string" })'],
    ["{ a: 1 } & { b: 2 }", 'object("{ a: 1; b: 2 }", { a: literal(1), b: literal(2) })'],
    ["void", "undefined"],
    ["bigint | number", 'union("bigint | number", [bigint, number], { tagged: true })'],
    ["1 | 1n", 'union("1 | 1n", [literal(1), literal(1n)], { tagged: true })'],
    ["AsyncIterable<string>", "stream(string)"],
    ["AsyncIterableIterator<number>", "stream(number)"],
    ["AsyncIteratorObject<number>", "stream(number)"],
    ["AsyncGenerator<Date, string, 1>", "stream(date)"],
    ["AsyncIterable<AsyncIterable<string>[]>", "stream(array(stream(string)))"],
    ["ReadableStream<Uint8Array>", 'byteStream("ReadableStream")'],
    ["() => void", 'func("value", [], void)'],
    ["() => Promise<void>", 'func("value", [], void)'],
    ["() => void | Promise<void>", 'func("value", [], void)'],
    ["() => boolean | Promise<boolean>", 'func("value", [], boolean)'],
    [
      "(a: string, b?: number, ...c: Date[]) => Promise<1>",
      'func("value", [param("a", string), param("b", number, { optional: true }), param("c", date, { rest: true })], literal(1))',
    ],
    [
      "(next: (x: 1) => void) => Promise<() => void>",
      'func("value", [param("next", func("next", [param("x", literal(1))], void))], func("result", [], void))',
    ],
    [
      "{ onDone?: () => void }",
      'object("{ onDone?: () => void }", { onDone: optional(func("onDone", [], void)) })',
    ],
    ["AbortSignal", "signal"],
    ["AbortSignal | undefined", 'union("AbortSignal | undefined", [signal, undefined])'],
    ["AbortSignal | null", 'union("AbortSignal | null", [null, signal], { tagged: true })'],
    ["S", "reference(() => S)"],
    ["S | undefined", 'union("S | undefined", [reference(() => S), undefined])'],
    ["S | number", 'union("S | number", [number, reference(() => S)], { tagged: true })'],
    ["S | string", 'union("S | string", [reference(() => S), string])'],
    [
      "S | (() => void)",
      'union("S | (() => void)", [func("value", [], void), reference(() => S)], { tagged: true })',
    ],
  ])("%s", (type, expected) => {
    expect(shapeOf(type)).toBe(expected);
  });
});

describe("an enum", () => {
  const color = "export enum Color { Red, Green = 'g', Blue = 2 }";

  it("is the ordered set of its values", () => {
    expect(shapeOf("Color", color)).toBe("&Color");
    expect(namedShapeOf("Color", "Color", color)).toBe('oneOf("Color", [0, "g", 2])');
  });

  it("keeps its name in a union, and a part of it becomes its values", () => {
    expect(shapeOf("Color | undefined", color)).toBe('union("Color | undefined", [&Color, undefined])');
    expect(shapeOf("Color.Red | Color.Blue", color)).toBe('oneOf("0 | 2", [0, 2])');
    expect(shapeOf("Color.Green", color)).toBe('literal("g")');
  });

  it.each([
    "A = 1 << 0, B = 1 << 1, Both = A | B",
    "A = (1 << 0), B = 7",
    "A = 1, All = ~0",
    "None = 0, A = 1, B = 2, C = 4",
    "A = 1, B = 2, D = 8, AD = 9",
    "A = 1, B = 2, Last = 1125899906842624",
  ])("of flags accepts any number, because flags combine: %s", (members) => {
    expect(shapeOf("Bits", `export declare enum Bits { ${members} }`)).toBe("number");
    expect(shapeOf("Bits.A | Bits.B", "export declare enum Bits { A = 1, B = 2, C = 4 }")).toBe("number");
    expect(shapeOf("Bits.A", "export declare enum Bits { A = 1, B = 2, C = 4 }")).toBe("literal(1)");
  });

  it.each([
    ["A, B, C", "[0, 1, 2]"],
    ["A = 1, B = 2, C = 3", "[1, 2, 3]"],
    ["A = 1, B = 2", "[1, 2]"],
    ["A = 128, B = 256", "[128, 256]"],
    ["A = 1, B = 2, C = 5, D = 16", "[1, 2, 5, 16]"],
    ["A = -1, B = 1, C = 4", "[-1, 1, 4]"],
  ])("that counts, or has values other than bits, accepts only its values: %s", (members, values) => {
    expect(namedShapeOf("E", "E", `export enum E { ${members} }`)).toBe(`oneOf("E", ${values})`);
  });

  it.each([
    ["E", "export enum E { A = 1 << 0 }"],
    ["Flags", "export declare enum Flags { A = 1 }"],
    ["MessageFlags", "export declare enum MessageFlags { A = 64 }"],
    ["MessageFlags | undefined", "export declare enum MessageFlags { None = 0, A = 1 }"],
    ["FileMask", "export declare enum FileMask { A = 1, B = 2 }"],
  ])("of flags, by form or name, may have one member, and accepts 0: %s of %s", (type, code) => {
    expect(shapeOf(type, code)).toContain("number");
  });

  it.each([
    ["E", "export declare enum E { A = 1 }", "literal(1)"],
    ["Flags", "export declare enum Flags { A = -1 }", "literal(-1)"],
    ["Flags", "export declare enum Flags { A = 'a' }", 'literal("a")'],
  ])("with one member that is not a flag accepts only its value: %s of %s", (type, code, expected) => {
    expect(shapeOf(type, code)).toBe(expected);
  });

  it("of flags and strings accepts both", () => {
    expect(namedShapeOf("E", "E", 'export enum E { A = 1 << 0, B = "b" }')).toBe(
      'union("E", [number, oneOf(\'"b"\', ["b"])])',
    );
  });

  it("may be a const enum, or the values of a const object", () => {
    expect(shapeOf("E", "export const enum E { A = 'a' , B = 'b' }")).toBe("&E");
    expect(shapeOf("(typeof o)[keyof typeof o]", "const o = { x: 1, y: 2 } as const;")).toBe(
      'oneOf("1 | 2", [1, 2])',
    );
  });
});

describe("objects", () => {
  const item = "interface Item { id: string; a: number; name: string }";

  it("have inherited properties", () => {
    const types =
      "interface A { a: string } interface B<T> extends A { b: T } interface C extends B<number> { c: 1 }";
    expect(namedShapeOf("C", "C", types)).toBe('object("C", { c: literal(1), b: number, a: string })');
  });

  it("of a generic type are instantiated, each under its own name", () => {
    const page = "interface Page<T> { items: readonly T[] }";
    expect(namedShapeOf("Page<string>", "Page<string> | Page<Date>", page)).toBe(
      'object("Page<string>", { items: array(string) })',
    );
    expect(namedShapeOf("Page<Date>", "Page<string> | Page<Date>", page)).toBe(
      'object("Page<Date>", { items: array(date) })',
    );
  });

  it("that are mapped, picked or partial keep the order of the original", () => {
    expect(namedShapeOf('Pick<Item, "id" | "name">', 'Pick<Item, "name" | "id">', item)).toContain(
      "{ id: string, name: string }",
    );
    expect(namedShapeOf('Omit<Item, "a">', 'Omit<Item, "a">', item)).toContain(
      "{ id: string, name: string }",
    );
    expect(namedShapeOf("Partial<Item>", "Partial<Item>", item)).toContain(
      "id: optional(string), a: optional(number)",
    );
    expect(namedShapeOf("Partial<Item>", "Required<Partial<Item>>", item)).toBeUndefined();
  });

  it("with keys that are written out are ordered by name", () => {
    expect(namedShapeOf('Record<"a" | "b", number>', 'Record<"b" | "a", number>')).toContain(
      "{ a: number, b: number }",
    );
  });

  it("may be instances of classes with data only", () => {
    expect(namedShapeOf("Point", "Point", "class Point { x = 0; y?: number }")).toBe(
      'object("Point", { x: number, y: optional(number) })',
    );
  });
});

describe("an intersection", () => {
  const types = "interface U { a: string; b: number; c?: boolean } interface V<T> { v: T }";

  it.each([
    ['Omit<U, "c"> & { d: string }', "{ a: string, b: number, d: string }"],
    ['Pick<U, "a"> & { d: string }', "{ a: string, d: string }"],
    ["Partial<U> & { a: string }", "{ a: string, b: optional(number), c: optional(boolean) }"],
    ["Required<U> & { d?: 1 }", "{ a: string, b: number, c: boolean, d: optional(literal(1)) }"],
    ["Readonly<U> & U & unknown", "{ a: string, b: number, c: optional(boolean) }"],
    ['Record<"x" | "y", 1> & { z: 2 }', "{ x: literal(1), y: literal(1), z: literal(2) }"],
    ['Omit<U, "a"> & { a: number }', "{ b: number, c: optional(boolean), a: number }"],
    ["U & V<Date>", "{ a: string, b: number, c: optional(boolean), v: date }"],
    ["Intl.RelativeTimeFormatOptions & { id: 1 }", "id: literal(1)"],
    ["object & U", "{ a: string, b: number, c: optional(boolean) }"],
    ["{ a?: string } & { a: string }", "{ a: string }"],
    ['NonNullable<Omit<U, "b" | "c"> | null> & V<1>', "{ a: string, v: literal(1) }"],
    ["U & { a: 'x' }", '{ a: literal("x")'],
  ])("of objects has the properties of all: %s", (type, fields) => {
    expect(namedShapeOf("X", "X", `${types} type X = ${type};`)).toContain(fields);
  });

  it("of unions is the union of all combinations", () => {
    const shape = namedShapeOf(
      "X",
      "X",
      'type X = ({ a: 1 } | { a: 2 }) & (Pick<{ b: "x"; z: 1 }, "b"> | { b: "y" })',
    );
    expect(shape?.match(/object/g)).toHaveLength(4);
  });

  const brand = "declare const tag: unique symbol; declare const other: unique symbol;";

  it.each([
    ["string & { readonly [tag]: 1 }", "string"],
    ["string & { __brand: 1 } & { [other]: 2 }", "string"],
    ["string & { anything: 1 }", "string"],
    ['("a" | "b") & { [tag]: 1 }', `oneOf('"a" | "b"', ["a", "b"])`],
    ["boolean & { [tag]: 1 }", "boolean"],
    ["number[] & { [tag]: 1 }", "array(number)"],
    ["string[] & { length: number }", "array(string)"],
    ["[1, 2] & readonly number[]", "tuple([literal(1), literal(2)])"],
    ["Date & { [tag]: 1 } & object", "date"],
    ["Map<string, 1> & { _brand: 1 }", "map(string, literal(1))"],
    ["(() => void) & { __brand: 1 }", 'func("value", [], void)'],
    ["Record<string & { [tag]: 1 }, number>", "record(number)"],
    ["Record<string, number> & { [tag]: 1 }", "record(number)"],
    ["{ id: 1 } & { readonly [tag]: 1 }", 'object("{ id: 1 }", { id: literal(1) })'],
    ["{ id: 1; [tag]?: 1 }", 'object("{ id: 1 }", { id: literal(1) })'],
    [
      '{ id: 1 } & { readonly __brand: "B" }',
      'object(\'{ id: 1; __brand?: "B" }\', { id: literal(1), __brand: optional(literal("B")) })',
    ],
    ["{ id: 1 } & { __brand: unique symbol }", 'object("{ id: 1 }", { id: literal(1) })'],
    [
      '{ id: 1 } & { __typename: "B" }',
      'object(\'{ id: 1; __typename: "B" }\', { id: literal(1), __typename: literal("B") })',
    ],
  ])("drops a brand or makes it optional: %s", (type, expected) => {
    expect(shapeOf(type, brand)).toBe(expected);
  });

  it.each([
    ["string[] & { total: number }", "CP1223"],
    ["string & { length: 5 }", "CP1223"],
    ["[string] & { extra: number }", "CP1223"],
    ["Map<string, number> & { extra: number }", "CP1223"],
    ["string[] & number[]", "CP1223"],
    ["S & { x: 1 }", "CP1223"],
    ["Date & { [key: string]: unknown }", "CP1223"],
    ["((x: string) => void) & ((x: number) => void)", "CP1103"],
    ["Record<string, unknown> & { id: string }", "CP1215"],
    ["{ id: 1 } & Closed", "CP1204"],
    ["Partial<Closed> & { id: 1 }", "CP1219"],
    ["{ id: 1 } & { [Symbol.toStringTag]: string }", "CP1205"],
    ["{ id: 1 } & { [made]: string }", "CP1205"],
    ["{ id: 1 } & Error", "CP1211"],
    ["{ id: 1 } & { when: Date & { x: 1 } }", "CP1223"],
  ])("%s gives %s", (type, id) => {
    const text = `class Closed { private a = 1; go(): void {} } export const made: unique symbol = Symbol();
/** @service */ export interface S { m(x: ${type}): void }`;
    expect([...new Set(checkSource(text).map((diagnostic) => diagnostic.id))]).toEqual([id]);
  });
});

describe("recursive types", () => {
  it("refer to themselves", () => {
    expect(namedShapeOf("Tree", "Tree", "interface Tree { left?: Tree }")).toBe(
      'object("Tree", { left: optional(&Tree) })',
    );
  });

  it("may be unions and tuples", () => {
    expect(namedShapeOf("Json", "Json", "type Json = null | string | Json[] | { [k: string]: Json };")).toBe(
      'union("Json", [record(&Json), array(&Json), string, null])',
    );
    expect(namedShapeOf("L", "L", "type L = [string, L | null];")).toBe(
      'tuple([string, union("L | null", [&L, null])])',
    );
  });

  it("may refer to each other", () => {
    const types = "interface A { b: B[] } interface B { a?: A }";
    expect(namedShapeOf("B", "A | B", types)).toBe('object("B", { a: optional(&A) })');
    expect(namedShapeOf("A", "A | B", types)).toBe('object("A", { b: array(&B) })');
  });

  it("may be anonymous objects within a named union", () => {
    const types = 'type T = { k: "leaf" } | { k: "node"; left: T | undefined };';
    expect(namedShapeOf("T", "T", types)).toContain('union("T | undefined", [&T, undefined])');
  });

  it("may be arrays and maps", () => {
    expect(namedShapeOf("N", "N", "type N = N[];")).toBe("array(&N)");
    expect(namedShapeOf("M", "M", "type M = Map<string, M>;")).toBe("map(string, &M)");
  });

  it("may recur through functions and streams", () => {
    expect(namedShapeOf("F", "F", "type F = (f?: F) => Promise<F | null>;")).toBe(
      'func("value", [param("f", &F, { optional: true })], union("F | null", [&F, null]))',
    );
    expect(namedShapeOf("T", "T", "interface T { below: AsyncIterable<T> }")).toBe(
      'object("T", { below: stream(&T) })',
    );
  });

  it("may be anonymous", () => {
    expect(namedShapeOf("AnonymousPart", "typeof o", "declare const o: { self: typeof o };")).toContain(
      "&AnonymousPart",
    );
  });
});

describe("diagnostics", () => {
  const ids = (text: string) =>
    checkSource(text).map(({ id, at, where }) => `${at.line}:${at.column} ${id} ${where}`);

  it("point at the author's innermost declaration and name the path to it", () => {
    expect(
      ids(`interface Item {
  id: string;
  tags: Map<string, () => string>;
}
/** @service */
export interface S {
  get(ids: string[]): Promise<{ items: Item[] }>;
}`),
    ).toEqual(["3:27 CP1218 S.get: result.items[].tags.values(): result"]);
  });

  it("are all reported, in the order of the source, each place once", () => {
    expect(
      ids(`/** @service */
export interface S {
  a(x: symbol, y: any): Promise<RegExp>;
  b(): string;
  c: number;
}`),
    ).toEqual(
      [
        "3:8 CP1205 S.a: x",
        "3:19 CP1206 S.a: y",
        "3:25 CP1211 S.a: result",
        "4:8 CP1106 S.b: result",
        "5:6 CP1101 S.c",
      ].map((line) => line.replace("5:6", "5:3")),
    );
  });

  it.each([
    ["Error", "CP1211"],
    ["URL", "CP1211"],
    ["Function", "CP1207"],
    ["{}", "CP1207"],
    ["Empty", "CP1207"],
    ["{ a: Empty[] }", "CP1207"],
    ["Pick<{ a: 1 }, never>", "CP1207"],
    ["{ [key: string]: 1 | 2; [key: number]: 1 }", "CP1215"],
    ["{ [key: string]: unknown; [key: `a${string}`]: 1 }", "CP1215"],
    ["Promise<string>", "CP1208"],
    ["WeakSet<object>", "CP1209"],
    ["Buffer", "CP1210"],
    ["SharedArrayBuffer", "CP1210"],
    ["Generator<string>", "CP1202"],
    ["AsyncIterator<string>", "CP1202"],
    ["ReadableStream<string>", "CP1202"],
    ["ReadableStream", "CP1202"],
    ["WritableStream", "CP1202"],
    ["AbortController", "CP1110"],
    ["AsyncIterable<AbortSignal>", "CP1110"],
    ["() => Promise<AbortSignal>", "CP1110"],
    ["AsyncIterable<Promise<string>>", "CP1208"],
    ["new () => Date", "CP1201"],
    ["(() => void) & { x: 1 }", "CP1201"],
    ["() => string", "CP1218"],
    ["() => AsyncIterable<string>", "CP1218"],
    ["() => Promise<string> | number", "CP1218"],
    ["() => any", "CP1206"],
    ["(x: symbol) => void", "CP1205"],
    ["(...x: string[] | number[]) => void", "CP1111"],
    ["<T>(x: T) => void", "CP1102"],
    ["(this: Date) => void", "CP1109"],
    ["{ (x: 1): void; (x: 2): void }", "CP1103"],
    ["{ go(): Promise<void> }", "CP1219"],
    ["(() => void) | ((x: 1) => void)", "CP1221"],
    ["AsyncIterable<string> | AsyncIterable<number>", "CP1221"],
    ["AbortSignal | { a?: 1 }", "CP1221"],
    ["AsyncIterable<string> | Record<string, string>", "CP1221"],
    ["{ [Symbol.iterator]: string }", "CP1205"],
    ["Record<symbol, string>", "CP1214"],
    ["Record<`a${string}`, string>", "CP1214"],
    ["Proxy", "CP1213"],
    ["String", "CP1211"],
    ["Intl.NumberFormat", "CP1211"],
    ["Readonly<Map<string, string>>", "CP1211"],
  ])("a parameter of type %s gives %s", (type, id) => {
    const text = `interface Empty {}\n/** @service */ export interface S { m(x: ${type}): void }`;
    expect(checkSource(text).map((diagnostic) => diagnostic.id)).toEqual([id]);
  });

  it("refuse properties beside an index signature, which a record would not check", () => {
    const dict = "interface Dict<T> { [key: string]: T | undefined }";
    const env = `${dict} interface Env extends Dict<string> {}`;
    expect(shapeOf("Env", env)).toBe('record(union("string | undefined", [string, undefined]))');
    const augmented = `${env} interface Env { TZ?: string; MODE: "a" | "b" }`;
    const text = `${augmented}\n/** @service */ export interface S { m(x: Env): void }`;
    expect(checkSource(text).map(({ id, where }) => `${id} ${where}`)).toEqual(["CP1215 S.m: x[key]"]);
  });

  it.each([
    ["get(): Promise<string> | undefined;", "CP1106"],
    ["get(): any;", "CP1206"],
    ["get(): Missing;", "CP1213"],
    ["get(this: Date): void;", "CP1109"],
    ["get<T>(x: T): void;", "CP1102"],
    ["toString(): Promise<string>;", "CP1107"],
    ["__proto__(): Promise<string>;", "CP1107"],
    ["(): void;", "CP1101"],
    ["[key: string]: () => Promise<void>;", "CP1101"],
    ["get: (() => Promise<void>) & { x: 1 };", "CP1101"],
    ["set x(value: string);", "CP1104"],
    ["get(...args: string[] | number[]): void;", "CP1111"],
  ])("a member %s gives %s", (member, id) => {
    expect(checkSource(`/** @service */ export interface S { ${member} }`).map((each) => each.id)).toEqual([
      id,
    ]);
  });

  it.each([
    ["/** @service */ export default interface S { a(): void }", "CP1001"],
    ["namespace N {\n/** @service */ export interface S { a(): void } }", "CP1001"],
    ["/** @service */ interface S { a(): void } export { S as T };", "CP1001"],
    ["/** @service */ export class S { a(): void {} }", "CP1003"],
    ["/** @service */ export interface Parameters { a(): void }", "CP1005"],
    ["/** @service */ export interface S extends Missing { a(): void }", "CP1213"],
    ["interface I extends Missing { a: 1 }\n/** @service */ export interface S { a(i: I): void }", "CP1213"],
    ["/** @service */ export interface S { [Symbol.iterator](): void }", "CP1105"],
    [
      "/** @service */ export interface A { a(): void }\n/** @service */ export interface B { b(): void }\n/** @service */ export interface S { s(x: A | B): void }",
      "CP1221",
    ],
    ["/**\n * @service\n * @allow\n */ export interface S { a(): void }", "CP1112"],
    ["/** @service */ export interface S {\n/** @allow sameUser or elevated */ a(): void }", "CP1112"],
    [
      "class E extends Error {}\n/** @service */ export interface S {\n/** @throws {E} */ a(): void }",
      "CP1113",
    ],
    [
      "export class E { x = 1 }\n/** @service */ export interface S {\n/** @throws {E} */ a(): void }",
      "CP1113",
    ],
    [
      "export class E extends Error { private x = 1 }\n/** @service */ export interface S {\n/** @throws {E} */ a(): void }",
      "CP1113",
    ],
    [
      "export class E extends Error { x = Symbol() }\n/** @service */ export interface S {\n/** @throws {E} */ a(): void }",
      "CP1205",
    ],
    [
      "interface X { s?: AsyncIterable<1> } export class E extends Error { x: X = {} }\n/** @service */ export interface S {\n/** @throws {E} */ a(): void }",
      "CP1114",
    ],
    [
      "interface E extends TypeError { a: 1 }\n/** @service */ export interface S { a(e: E): void }",
      "CP1211",
    ],
    [
      "interface L extends Array<string> { a: 1 }\n/** @service */ export interface S { a(l: L): void }",
      "CP1211",
    ],
  ])("%s gives %s", (text, id) => {
    expect(checkSource(text).map((each) => each.id)).toEqual([id]);
  });

  it("name a type once, at its line, by the shortest path", () => {
    expect(
      ids(`interface Far { near: Near[] }
interface Near {
  wrong: RegExp;
  back?: Far;
}
/** @service */
export interface S {
  far(far: Far): Promise<{ deep: { near: Near } }>;
  near(near: Near): void;
}`),
    ).toEqual(["3:10 CP1211 S.near: near.wrong"]);
  });

  it("name a type that is refused as a whole at its own line", () => {
    expect(
      ids(`class Closed { private state = 1 }
interface Box<T> { value: T }
/** @service */
export interface S {
  a(box: Box<Closed>[]): Promise<Closed>;
  b(closed: Closed): void;
}`),
    ).toEqual(["1:7 CP1204 S.a: result"]);
  });

  it("name every place that uses a type of another package, by the shortest path", () => {
    const [contract] = readSources({
      "/x.service.ts": `import type { Leaf, Tree } from "other";
interface Own { tree: Tree }
/** @service */
export interface S {
  a(tree: Tree): Promise<string>;
  b(own: Own[]): Promise<Own>;
  c(leaf: Leaf): void;
}`,
      "/node_modules/other/package.json": '{ "name": "other", "types": "index.d.ts" }',
      "/node_modules/other/index.d.ts":
        "export interface Tree { left?: Tree; leaf: Leaf } export interface Leaf { value: any; tree: Tree[]; text: RegExp }",
    });
    const found = checkContracts([{ contract: contract!, output: "/x.crosspane.ts" }]);
    expect(found.map(({ id, at, where }) => `${at.line}:${at.column} ${id} ${where}`)).toEqual([
      "2:23 CP1206 S.b: own[].tree.leaf.value",
      "2:23 CP1211 S.b: own[].tree.leaf.text",
      "5:11 CP1206 S.a: tree.leaf.value",
      "5:11 CP1211 S.a: tree.leaf.text",
      "7:11 CP1206 S.c: leaf.value",
      "7:11 CP1211 S.c: leaf.text",
    ]);
  });

  it("name an endless type, the place where it starts to grow, and the limit", () => {
    const [found] = checkSource(
      "interface T<V> { v: V; kids?: T<V[]> }\n/** @service */ export interface S { m(x: T<1>): Promise<T<1>> }",
    );
    expect(found).toMatchObject({ id: "CP1216", where: "S.m: x.kids", at: { line: 1, column: 31 } });
    expect(found!.reason).toBe(
      "T contains itself with ever larger arguments: more than 10 of them within each other",
    );
  });

  it("accept a generic type inside itself, as often as other types lead to it", () => {
    const chain = Array.from({ length: 30 }, (_, i) => {
      return `interface I${i} { next?: Box<I${i + 1}[]>; all: Record<string, Partial<I${i + 1}>> }`;
    });
    expect(
      ids(
        `interface Box<T> { value: T } ${chain.join(" ")} interface I30 { x: 1 }\n/** @service */ export interface S { m(x: I0): void }`,
      ),
    ).toEqual([]);
  });

  it("quickly refuse a type that grows in several directions", () => {
    const started = process.cpuUsage();
    const type =
      "interface Deep<T> { a?: Deep<T[]>; b?: Deep<Set<T>>; c?: Deep<{ x: T }>; d?: Deep<Map<T, T>> }";
    expect(ids(`${type}\n/** @service */ export interface S { m(x: Deep<string>): void }`)).toHaveLength(4);
    // Processor time in microseconds. Unlike wall time, it stops while other programs run.
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(5_000_000);
  });

  it("accept a service that is exported apart from its declaration", () => {
    expect(ids("/** @service */ interface S { a(): void } export type { S };")).toEqual([]);
  });
});
