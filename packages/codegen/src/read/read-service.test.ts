import { describe, expect, it } from "vitest";
import { readSource, readSources } from "../test-support/read-sources.js";

const only = (text: string) => readSource(text).services[0]!;

describe("a service", () => {
  it("is named by its interface or by its tag", () => {
    expect(only("/** @service */ export interface A {}").wireName).toBe("A");
    expect(only("/** @service acme.v1.A */ export interface A {}").wireName).toBe("acme.v1.A");
  });

  it("keeps its doc comment without the tag", () => {
    const service = only(
      "/**\n * First.\n *\n *   - indented\n * @service\n * @deprecated use B\n */\nexport interface A {}",
    );
    expect(service.docs).toEqual(["First.", "", "  - indented", "@deprecated use B"]);
  });

  it("has inherited methods first, each once", () => {
    const text = `interface Base<T> { all(): Promise<T[]>; close(): void } interface Other { ping(): Promise<void> }
      /** @service */ export interface A extends Base<string>, Other { own(): Promise<void>; close(): void }`;
    expect(only(text).methods.map((method) => method.name)).toEqual(["all", "close", "ping", "own"]);
  });

  it("may have methods that are written as properties", () => {
    const text = `type Fn = (id: string) => Promise<number>;
      /** @service */ export interface A { readonly a: Fn; b: (x?: number) => void }`;
    expect(only(text).methods.map(({ name, way, params }) => [name, way, params.length])).toEqual([
      ["a", "unary", 1],
      ["b", "notify", 1],
    ]);
  });

  it("spreads a tuple of rest parameters", () => {
    const text =
      "/** @service */ export interface A { a(...args: [id: string, n?: number, ...more: Date[]]): void }";
    const [method] = only(text).methods;
    expect(method!.params.map(({ name, optional, rest }) => ({ name, optional, rest }))).toEqual([
      { name: "id", optional: false, rest: false },
      { name: "n", optional: true, rest: false },
      { name: "more", optional: false, rest: true },
    ]);
  });

  it("may share its file with others, and may have several declarations", () => {
    const text = `/** @service */ export interface A { a(): void } export interface A { b(): void }
      /** @service */ export interface B { c(): void }`;
    const { services } = readSource(text);
    expect(services.map(({ name, methods }) => [name, methods.length])).toEqual([
      ["A", 2],
      ["B", 1],
    ]);
  });

  it("uses types of other files", () => {
    const contracts = readSources({
      "/types.ts": "export interface Item { id: string }",
      "/x.service.ts":
        'import type { Item } from "./types.js";\n/** @service */ export interface A { a(): Promise<Item> }',
    });
    expect(contracts).toHaveLength(1);
    expect(contracts[0]!.types[0]!.name).toBe("Item");
  });

  it("does not come from a mere mention of the tag", () => {
    expect(readSource("// The @service of it\nexport interface A { x: '@service' }")).toBeUndefined();
  });
});
