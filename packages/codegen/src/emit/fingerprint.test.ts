import { describe, expect, it } from "vitest";
import { emitSource } from "../test-support/read-sources.js";

/** Returns the fingerprints in the generated text: the service's, then those of the methods. */
function fingerprints(text: string): { readonly service: string; readonly methods: readonly string[] } {
  const code = emitSource(text).replace(/\n\s*/g, "");
  const service = /fingerprint: "([0-9a-f]{16})"/.exec(code)![1]!;
  return {
    service,
    methods: [...code.matchAll(/Method\("[^"]*", ?"([0-9a-f]{16})"/g)].map((match) => match[1]!),
  };
}

const method = (signature: string, declarations = "") =>
  fingerprints(`${declarations}\n/** @service */ export interface S { m${signature} }`).methods[0];

describe("the fingerprint of a method does not change with", () => {
  it.each([
    ["names of parameters", "(a: string): void", "(b: string): void", "", ""],
    ["doc comments", "(a: string): void", "(/** doc */ a: string): void", "", ""],
    ["names of types", "(a: A): void", "(a: B): void", "interface A { x: 1 }", "interface B { x: 1 }"],
    ["a name where there was none", "(a: { x: 1 }): void", "(a: A): void", "", "interface A { x: 1 }"],
    ["the order of fields", "(a: { x: 1; y: 2 }): void", "(a: { y: 2; x: 1 }): void", "", ""],
    ["the order of a union", "(a: Date | string): void", "(a: string | Date): void", "", ""],
    [
      "a name for a part of a union",
      "(a: P | null): void",
      "(a: 'a' | 'b' | null): void",
      "type P = 'a' | 'b';",
      "",
    ],
    ["readonly", "(a: readonly string[]): void", "(a: string[]): void", "", ""],
    [
      "names of a function's parameters",
      "(a: (x: string) => void): void",
      "(a: (y: string) => void): void",
      "",
      "",
    ],
    ["how a stream is written", "(): AsyncIterable<1>", "(): AsyncGenerator<1>", "", ""],
    [
      "what a handler may do beside waiting",
      "(a: () => Promise<1>): void",
      "(a: () => Promise<1> | 1): void",
      "",
      "",
    ],
    ["undefined in what is optional", "(a?: string): void", "(a?: string | undefined): void", "", ""],
    [
      "names of recursive types",
      "(a: A): void",
      "(a: N): void",
      "interface A { next?: A; v: { w: A[] } }",
      "type V = { w: N[] }; interface N { v: V; next?: N }",
    ],
    [
      "how a recursive type is cut into names",
      "(a: A): void",
      "(a: B): void",
      "interface A { next?: A }",
      "interface B { next?: C } interface C { next?: B }",
    ],
  ])("%s", (_, left, right, leftTypes, rightTypes) => {
    expect(method(left, leftTypes)).toBe(method(right, rightTypes));
  });
});

describe("the fingerprint of a method changes with", () => {
  it.each([
    ["its way", "(): void", "(): Promise<void>"],
    ["its result", "(): Promise<string>", "(): Promise<string | undefined>"],
    ["the number of parameters", "(a: string): void", "(a: string, b: string): void"],
    ["what is optional", "(a: string): void", "(a?: string): void"],
    ["a rest parameter", "(a: string): void", "(...a: string[]): void"],
    ["a collection", "(a: Set<string>): void", "(a: string[]): void"],
    ["a field", "(a: { x: 1 }): void", "(a: { x: 1; y: 2 }): void"],
    ["a field that becomes optional", "(a: { x: 1 }): void", "(a: { x?: 1 }): void"],
    ["the order of a tuple", "(a: [string, number]): void", "(a: [number, string]): void"],
    ["a stream instead of an array", "(a: AsyncIterable<1>): void", "(a: 1[]): void"],
    ["a stream instead of an answer", "(): AsyncIterable<1>", "(): Promise<AsyncIterable<1>>"],
    ["the item of a stream", "(): AsyncIterable<1>", "(): AsyncIterable<2>"],
    ["a function", "(a: () => void): void", "(a: (x: 1) => void): void"],
    ["the result of a function", "(a: () => void): void", "(a: () => Promise<1>): void"],
    ["what is optional for a function", "(a: (x: 1) => void): void", "(a: (x?: 1) => void): void"],
    ["a signal", "(a?: AbortSignal): void", "(a?: null): void"],
    ["undefined in a field", "(a: { x: 1 | undefined }): void", "(a: { x: 1 }): void"],
  ])("%s", (_, left, right) => {
    expect(method(left)).not.toBe(method(right));
  });

  it("something deep in a recursive type", () => {
    const tree = (leaf: string) =>
      `interface A { b: B[] } interface B { a?: A; c?: C } interface C { a: A; leaf: ${leaf} }`;
    expect(method("(a: A): void", tree("string"))).not.toBe(method("(a: A): void", tree("number")));
  });

  it("its declared errors, and their fields", () => {
    const throwing = (tag: string, field = "x = 1") =>
      fingerprints(
        `export class A extends Error { ${field} } export class B extends A {}
        /** @service */ export interface S {
/** ${tag} */ m(): void }`,
      ).methods[0];
    const prints = [
      throwing(""),
      throwing("@throws {A}"),
      throwing("@throws {B}"),
      throwing("@throws {A}", "x = ''"),
    ];
    expect(new Set(prints).size).toBe(4);
    expect(throwing("@throws {A} @throws {B}")).toBe(throwing("@throws {B} @throws {A}"));
  });

  it("the services that it refers to, at any distance", () => {
    const far = (c: string, b = "B") =>
      method(
        "(): Promise<A>",
        `/** @service */ export interface A { b(on: (b: ${b}) => void): Promise<A> }
        /** @service x.B */ export interface ${b} { c(): AsyncIterable<{ c: C }[]> }
        /** @service */ export interface C { ${c} }`,
      );
    expect(method("(): Promise<S>")).toMatch(/^\w{16}$/);
    expect(far("d(): void; e(): void")).toBe(far("e(): void; d(): void", "Bee"));
    const prints = [far(""), far("d(): void"), far("d(): Promise<A>"), far("[Symbol.dispose](): void")];
    expect(new Set(prints).size).toBe(4);
  });

  it("its name", () => {
    const named = (name: string) =>
      fingerprints(`/** @service */ export interface S { ${name}(): void }`).methods[0];
    expect(named("a")).not.toBe(named("b"));
  });
});

describe("the fingerprint of a service", () => {
  const service = (members: string, name = "S") =>
    fingerprints(`/** @service ${name} */ export interface S { ${members} }`).service;

  it("does not change with the order of methods", () => {
    expect(service("a(): void; b(): void")).toBe(service("b(): void; a(): void"));
  });

  it("changes with its methods and its name on the wire", () => {
    expect(service("a(): void")).not.toBe(service("a(): void; b(): void"));
    expect(service("a(): void")).not.toBe(service("a(): void", "T"));
  });
});

/**
 * Returns the fingerprints of all functions in the generated text, in the order in which they end.
 */
function functions(text: string): readonly string[] {
  const code = emitSource(text).replace(/\n\s*/g, "");
  return [...code.matchAll(/, ?"([0-9a-f]{16})",?\)/g)].map((match) => match[1]!);
}

describe("the fingerprint of a function", () => {
  const named = (a: string, b: string, types = "") =>
    functions(`${types}\n/** @service */ export interface S { m(first: ${a}): void; n(second: ${b}): void }`);

  it.each([
    ["names of parameters, and where it stands", "(a: string) => void", "(b: string) => void", ""],
    ["aliases", "A", "(x: number) => Promise<void>", "type A = (n: number) => Promise<void>;"],
    ["doc comments", "A", "B", "/** Doc. */ type A = (/** It. */ n: 1) => void; type B = (n: 1) => void;"],
    [
      "a type parameter that was filled in",
      "A<string>",
      "(s: string) => void",
      "type A<T> = (item: T) => void;",
    ],
    ["waiting for nothing", "() => void", "() => Promise<void>", ""],
    [
      "the order of fields and of unions, and names of types",
      "(a: A | null) => void",
      "(a: null | B) => void",
      "interface A { x: 1; y: string } interface B { y: string; x: 1 }",
    ],
    [
      "the order of services and of their methods",
      "(a: A, b: B) => void",
      "(b: A, a: B) => void",
      `/** @service */ export interface B { d(): void; c(): Promise<A> }
       /** @service */ export interface A { b(): Promise<B>; a(): void }`,
    ],
  ])("does not change with %s", (_, left, right, types) => {
    const [first, second, ...rest] = named(left, right, types);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(second).toBe(first);
    expect(rest).toEqual([]);
  });

  it.each([
    ["its parameters", "(n: number) => void", "(path: string) => void"],
    ["their number", "(n: number) => void", "(n: number, m: number) => void"],
    ["what is optional", "(n: number) => void", "(n?: number) => void"],
    ["a rest parameter", "(n: number[]) => void", "(...n: number[]) => void"],
    ["its result", "() => void", "() => Promise<boolean>"],
    ["a field of what it is given", "(a: { x: 1 }) => void", "(a: { x: 1; y?: 2 }) => void"],
    ["a stream in it", "(a: AsyncIterable<1>) => void", "(a: AsyncIterable<2>) => void"],
  ])("changes with %s", (_, left, right) => {
    expect(new Set(named(left, right)).size).toBe(2);
  });

  it("counts the functions inside it by their own structure", () => {
    const inner = (a: string) => named(`(f: (a: ${a}) => void) => void`, "() => void");
    const [string, number] = [inner("string"), inner("number")];
    expect([string.length, number.length]).toEqual([3, 3]);
    expect([string[0] === number[0], string[1] === number[1], string[2] === number[2]]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("counts the services that it refers to, at any distance", () => {
    const far = (c: string) =>
      functions(
        `/** @service */ export interface S { m(on: (a: A) => void): void }
        /** @service */ export interface A { b(): Promise<B> }
        /** @service */ export interface B { ${c} }`,
      );
    const prints = [far("c(): void"), far("c(n: number): void"), far("c(): void; [Symbol.dispose](): void")];
    expect(new Set(prints.flat()).size).toBe(3);
    expect(far("c(): void; d(): void")).toEqual(far("d(): void; c(): void"));
  });

  it("is the same for a recursive type under any division into named types", () => {
    const [first, second, ...rest] = named(
      "(a: A) => void",
      "(a: B) => void",
      "interface A { next?: A } interface B { next?: C } interface C { next?: B }",
    );
    expect([second, rest]).toEqual([first, []]);
  });

  it("is not that of a method of the same structure", () => {
    const text = "/** @service */ export interface S { call(on: (n: number) => void): void }";
    expect(functions(text)).toHaveLength(1);
    expect(fingerprints(text).methods).not.toContain(functions(text)[0]);
  });
});

it("is quick for many types that all refer to each other", () => {
  const names = Array.from({ length: 60 }, (_, index) => `N${index}`);
  const any = names.join(" | ");
  const nodes = names
    .map((name) => `interface ${name} { kind: "${name}"; left: Any; right?: Any[] }`)
    .join("\n");
  const started = process.cpuUsage();
  expect(method("(a: Any): void", `type Any = ${any};\n${nodes}`)).toMatch(/^[0-9a-f]{16}$/);
  // Processor time in microseconds, which does not advance while other programs run.
  const { user, system } = process.cpuUsage(started);
  expect(user + system).toBeLessThan(5_000_000);
});
