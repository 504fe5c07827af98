import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generate.js";
import { compile, writeRuntime } from "../test-support/compile.js";
import { createTempFolder, writeFiles } from "../test-support/temp-folder.js";

type Files = Readonly<Record<string, string>>;

/** A change of a contract: its text, or its files, before and after. */
type Change = readonly [title: string, before: string | Files, after: string | Files];

const shop = (members: string, declarations = "") =>
  `${declarations}\n/** @service */\nexport interface Shop {\n  ${members}\n}\n`;
const item = (fields: string, declarations = "") =>
  shop("get(id: string): Promise<Item>;", `${declarations}\nexport interface Item { ${fields} }`);
const value = (type: string, declarations = "") => shop(`put(value: ${type}): Promise<void>;`, declarations);
const shapes = (body: string) =>
  value("Shape", `interface Circle { kind: "circle"; radius: number }\n${body}`);

const flat: readonly Change[] = [
  ["a field is added", item("id: string"), item("id: string; price: number")],
  ["an optional field is added", item("id: string"), item("id: string; note?: string")],
  ["a field is removed", item("id: string; price: number"), item("id: string")],
  ["a field is renamed", item("id: string; price: number"), item("id: string; cost: number")],
  ["a field becomes optional", item("id: string"), item("id?: string")],
  ["a field becomes required", item("id?: string"), item("id: string")],
  ["the type of a field changes", item("id: string"), item("id: number")],
  ["the type of a field is widened", item("id: string"), item("id: string | number")],
  ["a field becomes any", item("id: string"), item("id: any")],
  ["a field becomes unknown", item("id: string"), item("id: unknown")],
  ["an object becomes a record", item("a: { x: number }"), item("a: Record<string, number>")],
  ["a literal changes", item('kind: "a"'), item('kind: "b"')],
  ["a number literal changes", item("kind: 1"), item("kind: 2")],
  ["a literal is widened", item('kind: "a"'), item("kind: string")],
  ["true is widened", item("ok: true"), item("ok: boolean")],
  ["a bigint literal changes", item("kind: 1n"), item("kind: 2n")],
  ["number becomes bigint", item("n: number"), item("n: bigint")],
  ["Date becomes string", item("at: Date"), item("at: string")],
  ["a typed array changes", item("a: Int8Array"), item("a: Int16Array")],
  ["bytes become an array", item("a: Uint8Array"), item("a: number[]")],
  ["a Map becomes a Set", item("a: Map<string, string>"), item("a: Set<string>")],
  ["the keys of a Map change", item("a: Map<string, string>"), item("a: Map<number, string>")],
  ["the values of a Map change", item("a: Map<string, Date>"), item("a: Map<string, string>")],
  ["an array becomes a Set", item("a: string[]"), item("a: Set<string>")],
  ["the items of an array change", item("a: { x: 1 }[]"), item("a: { x: 1; y: 2 }[]")],
  ["a tuple grows", item("a: [string]"), item("a: [string, number]")],
  ["an item of a tuple becomes optional", item("a: [string, number]"), item("a: [string, number?]")],
  ["a tuple gets a rest", item("a: [string]"), item("a: [string, ...number[]]")],
  ["the rest of a tuple changes", item("a: [string, ...Date[]]"), item("a: [string, ...number[]]")],
  ["an array becomes a tuple", item("a: string[]"), item("a: [string, string]")],
  [
    "an enum gains a member",
    value("Color", "export enum Color { Red, Green }"),
    value("Color", "export enum Color { Red, Green, Blue }"),
  ],
  [
    "a value of an enum changes",
    value("Color", 'export enum Color { Red = "red" }'),
    value("Color", 'export enum Color { Red = "r" }'),
  ],
  [
    "an enum within a union gains a member",
    value("Color | Date | null", "export enum Color { Red, Green }"),
    value("Color | Date | null", "export enum Color { Red, Green, Blue }"),
  ],
  ["a union of literals gains a member", value('"a" | "b"'), value('"a" | "b" | "c"')],
  ["a union loses a member", value("string | number | Date"), value("string | number")],
  [
    "a union of objects gains a member",
    shapes('type Shape = Circle | { kind: "square"; side: number };'),
    shapes('type Shape = Circle | { kind: "square"; side: number } | { kind: "dot" };'),
  ],
  [
    "a member of a union gains a field",
    shapes('type Shape = Circle | { kind: "square"; side: number };'),
    shapes('type Shape = Circle | { kind: "square"; side: number; round?: boolean };'),
  ],
  [
    "members that nothing tells apart change",
    value("A | B", "interface A { a?: string; n?: A | B }\ninterface B { b?: string; n?: B }"),
    value("A | B", "interface A { a?: string; n?: A | B }\ninterface B { b?: number; n?: B }"),
  ],
  ["null is added", item("id: string"), item("id: string | null")],
  ["undefined is added", item("id: string"), item("id: string | undefined")],
  [
    "a type that contains itself changes",
    item("id: string; children: Item[]"),
    item("id: string; children: Item[]; parent?: Item"),
  ],
  [
    "a field refers to another type",
    item("a: A; b: B", "export interface A { x: string }\ninterface B { x: string; y: string }"),
    item("a: B; b: B", "export interface A { x: string }\ninterface B { x: string; y: string }"),
  ],
  [
    "a type deep within others changes",
    item("a: { b: C[] }", "interface C { d: Map<string, D> }\ninterface D { e: [{ f: string }] }"),
    item("a: { b: C[] }", "interface C { d: Map<string, D> }\ninterface D { e: [{ f?: string }] }"),
  ],
  [
    "a base interface changes",
    item("id: string", "interface Base { a: string }").replace("Item {", "Item extends Base {"),
    item("id: string", "interface Base { a: string; b: string }").replace("Item {", "Item extends Base {"),
  ],
  [
    "what a mapped type is made from changes",
    value('Pick<Full, "a" | "b">', "interface Full { a: string; b: string; c: string }"),
    value('Pick<Full, "a" | "b">', "interface Full { a: string; b: Date; c: string }"),
  ],
  [
    "what is picked changes",
    value('Pick<F, "a">', "interface F { a: 1; b: 1 }"),
    value("F", "interface F { a: 1; b: 1 }"),
  ],
  [
    "a part of an intersection changes",
    value("A & { y: string }", "interface A { x: string }"),
    value("A & { y: string }", "interface A { x: string; z?: string }"),
  ],
  [
    "a branded type changes below its brand",
    value("{ id: string & { __brand: 1 } }"),
    value("{ id: number & { __brand: 1 } }"),
  ],
  [
    "a generic type changes",
    shop("list(): Promise<Page<string>>", "interface Page<T> { items: T[] }"),
    shop("list(): Promise<Page<string>>", "interface Page<T> { items: T[]; next?: T }"),
  ],
  [
    "the argument of a generic type changes",
    shop("list(): Promise<Page<string>>", "interface Page<T> { items: T[] }"),
    shop("list(): Promise<Page<number>>", "interface Page<T> { items: T[] }"),
  ],
  [
    "a default of a generic type changes",
    shop("list(): Promise<Page>", "interface Page<T = string> { items: T[] }"),
    shop("list(): Promise<Page>", "interface Page<T = Date> { items: T[] }"),
  ],
  [
    "a class of data changes",
    value("Point", "export class Point { x = 0; readonly y: number = 0 }"),
    value("Point", "export class Point { x = 0; readonly y: number = 0; z = 0 }"),
  ],
  ["a method is added", shop("get(): Promise<void>"), shop("get(): Promise<void>; put(): Promise<void>")],
  ["a method is removed", shop("get(): Promise<void>; put(): Promise<void>"), shop("get(): Promise<void>")],
  ["a method is renamed", shop("get(): Promise<void>"), shop("read(): Promise<void>")],
  [
    "an answer takes the place of none",
    shop("log(line: string): void"),
    shop("log(line: string): Promise<void>"),
  ],
  ["a stream takes the place of an answer", shop("a(): Promise<Date>"), shop("a(): AsyncIterable<Date>")],
  [
    "a promise of a stream takes the place of a stream",
    shop("a(): AsyncIterable<1>"),
    shop("a(): Promise<AsyncIterable<1>>"),
  ],
  ["the items of a stream change", shop("a(): AsyncIterable<Date>"), shop("a(): AsyncIterable<string>")],
  ["the form of a stream changes", value("AsyncIterable<Uint8Array>"), value("ReadableStream<Uint8Array>")],
  [
    "a parameter is added",
    shop("get(id: string): Promise<void>"),
    shop("get(id: string, all: boolean): Promise<void>"),
  ],
  [
    "an optional parameter is added",
    shop("get(id: string): Promise<void>"),
    shop("get(id: string, all?: boolean): Promise<void>"),
  ],
  [
    "a parameter becomes optional",
    shop("get(id: string): Promise<void>"),
    shop("get(id?: string): Promise<void>"),
  ],
  [
    "a parameter becomes a rest",
    shop("get(id: string[]): Promise<void>"),
    shop("get(...id: string[]): Promise<void>"),
  ],
  ["a result changes", shop("get(): Promise<string>"), shop("get(): Promise<string | undefined>")],
  ["a parameter of a callback changes", value("(a: Date) => void"), value("(a: string) => void")],
  ["a result of a callback changes", value("() => Promise<string>"), value("() => Promise<number>")],
  ["a callback gets a parameter", value("(a: Date) => void"), value("(a: Date, b: number) => void")],
  ["a callback becomes data", value("{ f: () => void }"), value("{ f: string }")],
  ["a signal is added", shop("get(): Promise<void>"), shop("get(signal?: AbortSignal): Promise<void>")],
  [
    "another service takes the place of one",
    shop(
      "a(): Promise<A>",
      "/** @service */ export interface A { a(): Promise<1> }\n/** @service */ export interface B { b(): Promise<1> }",
    ),
    shop(
      "a(): Promise<B>",
      "/** @service */ export interface A { a(): Promise<1> }\n/** @service */ export interface B { b(): Promise<1> }",
    ),
  ],
  [
    "a service becomes disposable",
    shop("a(): void"),
    shop("a(): void").replace("Shop {", "Shop extends Disposable {"),
  ],
  [
    "an inherited method changes",
    shop("a(): void", "interface Base { b(x: string): Promise<void> }").replace(
      "Shop {",
      "Shop extends Base {",
    ),
    shop("a(): void", "interface Base { b(x: Date): Promise<void> }").replace(
      "Shop {",
      "Shop extends Base {",
    ),
  ],
  [
    "an error class gains a field",
    shop("/** @throws {Gone} */ a(): Promise<void>", "export class Gone extends Error { sku = '' }"),
    shop(
      "/** @throws {Gone} */ a(): Promise<void>",
      "export class Gone extends Error { sku = ''; left = 0 }",
    ),
  ],
  [
    "the type of a field of an error class changes",
    shop("/** @throws {Gone} */ a(): Promise<void>", "export class Gone extends Error { at = new Date() }"),
    shop("/** @throws {Gone} */ a(): Promise<void>", "export class Gone extends Error { at = '' }"),
  ],
  [
    "an error class is renamed",
    shop("/** @throws {Gone} */ a(): Promise<void>", "export class Gone extends Error { sku = '' }"),
    shop("/** @throws {Left} */ a(): Promise<void>", "export class Left extends Error { sku = '' }"),
  ],
  [
    "a type in another file changes",
    {
      "shop.service.ts": item("a: A", 'import type { A } from "./types.js";'),
      "types.ts": "export interface A { x: string }",
    },
    { "types.ts": "export interface A { x: string; y: string }" },
  ],
  [
    "a type in a package changes",
    {
      "shop.service.ts": item("a: A", 'import type { A } from "things";'),
      "node_modules/things/package.json": '{ "name": "things", "types": "index.d.ts" }',
      "node_modules/things/index.d.ts": "export interface A { x: string }",
    },
    { "node_modules/things/index.d.ts": "export interface A { x: string; y: string }" },
  ],
];

const nested: readonly Change[] = ["Date", "{ x?: string }", "Int8Array", "[string]"].flatMap((type) =>
  (
    [
      (inner: string) => `(${inner})[][][][]`,
      (inner: string) => `[[[[${inner}]]]]`,
      (inner: string) => `{ a?: { b?: { c?: { d?: ${inner} } } } }`,
      (inner: string) => `Map<string, Map<string, Map<string, Map<string, ${inner}>>>>`,
      (inner: string) => `(a: (b: (c: (d: ${inner}) => void) => void) => void) => void`,
      (inner: string) => `[{ a?: [{ b: Set<[() => Promise<${inner}[]>]> }] }]`,
      (inner: string) => `AsyncIterable<AsyncIterable<AsyncIterable<AsyncIterable<${inner}>>>>`,
    ] as const
  ).map((around): Change => {
    return [`${type} deep within ${around("X")} changes`, value(around(type)), value(around("Float64Array"))];
  }),
);

const folder = createTempFolder({ "package.json": '{ "type": "module" }' }, afterAll);

/**
 * Types that TypeScript might treat as one type on one side of a comparison and as two on the
 * other; only their first form matters.
 */
const alike: readonly Change[] = [
  "string[] | readonly string[]",
  "[a: string] | [b: string]",
  "Map<string, 1> | ReadonlyMap<string, 1>",
  "[(a: number) => void, (b: number) => void, ...more: Date[]]",
  "{ x: [a: 1] } | { x: [b: 1] }",
  "{ x: 1 } | { x: 1 }",
].map((type): Change => [`${type} changes`, value(type), value("Float64Array")]);

const changes: readonly Change[] = [...flat, ...nested, ...alike];

/** Enough for a busy machine to compile all contracts once. */
const compileMs = 180_000;

/**
 * Returns the files of a contract in a folder of its own, with names on the wire that no other has.
 */
function filesIn(group: string, index: number, ...all: readonly (string | Files)[]): Files {
  const files = all.map((each) => (typeof each === "string" ? { "shop.service.ts": each } : each));
  return Object.fromEntries(
    Object.entries(Object.assign({}, ...files) as Files).map(([name, text]) => [
      `${group}/c${index}/${name}`,
      text.replaceAll(/@service (?=\*\/\s+export interface (\w+))/g, `@service ${group}.c${index}.$1 `),
    ]),
  );
}

beforeAll(async () => {
  writeRuntime(folder);
  for (const [index, [, before]] of changes.entries()) {
    writeFiles(folder, filesIn("fresh", index, before));
    writeFiles(folder, filesIn("stale", index, before));
  }
  const { diagnostics } = await generate({ cwd: folder, files: ["*/*/*.service.ts"], importExtension: "js" });
  expect(diagnostics).toEqual([]);
  for (const [index, [, , after]] of changes.entries()) writeFiles(folder, filesIn("stale", index, after));
}, compileMs);

const exact = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
const loose = { strict: false };

// The compiler that is written in Go is fast, so it runs every mode.
const runs = [
  { compiler: "typescript-5.9", mode: "exact", options: exact },
  { compiler: "typescript", mode: "strict", options: {} },
  { compiler: "typescript", mode: "loose", options: loose },
  { compiler: "typescript-7.0", mode: "strict", options: {} },
  { compiler: "typescript-7.0", mode: "exact", options: exact },
  { compiler: "typescript-7.0", mode: "loose", options: loose },
] as const;

/** Without strict checks of `null` these are not changes. */
const needStrict = ["null is added", "undefined is added", "a result changes"];

describe.each(runs)("with $compiler, $mode", ({ compiler, mode, options }) => {
  let lines: readonly string[];
  beforeAll(async () => {
    lines = (await compile(folder, compiler, options)).filter((line) => !line.startsWith(" "));
  }, compileMs);

  it("modules that are up to date compile", () => {
    expect(lines.filter((line) => !line.startsWith("stale/"))).toEqual([]);
  });

  it("a module does not compile, and says what to do, when", () => {
    const missed = changes.flatMap(([title], index) => {
      const own = lines.filter((line) => line.startsWith(`stale/c${index}/shop.crosspane.ts(`));
      return own.some((line) => line.includes("run crosspane generate")) ? [] : [title];
    });
    expect(missed).toEqual(mode === "loose" ? needStrict : []);
  });
});
