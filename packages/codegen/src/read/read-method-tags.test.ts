import { describe, expect, it } from "vitest";
import { checkContracts } from "../check/check-contracts.js";
import { outputPath } from "../contract-paths.js";
import { emitModule } from "../emit/emit-module.js";
import type { ContractModel } from "../model/contract.js";
import { importForm } from "../test-support/import-form.js";
import { readSource, readSources } from "../test-support/read-sources.js";
import { readAllowRule } from "./allow-rule.js";

const tagsOf = (comment: string, declarations = "") =>
  readSource(`${declarations}\n/** @service */ export interface S {\n${comment}\na(): void }`).services[0]!
    .methods[0]!.tags;

describe("tags of a method", () => {
  it("may stand anywhere in its comment, but not in code", () => {
    const tags = tagsOf("/** Removes. @idempotent\n * @allow sameUser */");
    expect(tags).toMatchObject({ isIdempotent: true, allow: ["sameUser"] });
    const quoted = tagsOf("/** As with `@idempotent`, or `@allow sameUser`. me@idempotent.example */");
    expect(quoted).toMatchObject({ isIdempotent: false, allow: [] });
  });

  it("list each of the author's errors once", () => {
    const classes =
      "export class A extends Error {} export class B extends A { x = 1 } export interface C {}";
    const names = (comment: string) => tagsOf(comment, classes).errors.map(({ name }) => name);
    expect(names("/** @throws {A | B} @throws {A} */")).toEqual(["A", "B"]);
    expect(
      names("/** @throws {Error} @throws {RpcError} @throws {C} @throws {Missing} @throws A */"),
    ).toEqual([]);
  });

  it("leave out built-in, computed and static properties of an error class", () => {
    const type = `export class A extends Error {
      static count = 0; override name = "A"; override cause = 1; x?: number; get y() { return 1; } z() {}
    }`;
    expect(tagsOf("/** @throws {A} */", type).errors[0]!.fields.map(({ name }) => name)).toEqual(["x"]);
  });
});

describe("an @allow rule", () => {
  it.each([
    ["sameUser", "sameUser"],
    ["  administrators   and elevated ", "administrators elevated"],
    ["sameUser elevated", "sameUser elevated"],
    ["image C:\\Program Files\\x and y.exe", "image C:\\Program Files\\x and y.exe"],
    ['image "C:\\x\\*" and signer A & B', 'image "C:\\x\\*" signer A & B'],
  ])("is read: %s", (text, rule) => {
    expect(readAllowRule(text)).toBe(rule);
  });

  it.each([
    "",
    "and",
    "sameUser and",
    "everyone",
    "sameUser, elevated",
    "image",
    "image x.exe",
    "image C:\\*\\x.exe",
    'signer ""',
    'signer "A',
  ])("is invalid: %s", (text) => {
    expect(readAllowRule(text)).toBeUndefined();
  });
});

describe("generated code imports", () => {
  const emit = (contracts: readonly ContractModel[]) => {
    const planned = contracts.map((contract) => ({ contract, output: outputPath(contract.file) }));
    expect(checkContracts(planned)).toEqual([]);
    const text = emitModule(contracts[0]!, importForm);
    return [...text.matchAll(/^import \{.*$/gm)].map(([line]) => line);
  };
  const errors =
    "export class A extends Error {} export class B extends Error {} export default class C extends Error {}";

  it("error classes from the contract or the files that it imports them from", () => {
    const text = `import C, { A, B as Bee } from "../errors.js";
/** @service */ export interface S {
  /** @throws {A} @throws {Bee} @throws {C} @throws {D} */ a(): void;
}
export class D extends Error {}`;
    expect(emit(readSources({ "/deep/x.service.ts": text, "/errors.ts": errors }))).toEqual([
      'import { A, B as Bee, default as C } from "../errors.js";',
      'import { D } from "./x.service.js";',
    ]);
  });

  it("error classes of a base interface from its own file", () => {
    const sources = {
      "/x.service.ts": `import type { Base } from "./lib/base.js";
/** @service */ export interface S extends Base {}`,
      "/lib/base.ts": `import { A } from "../errors.js";
export interface Base {
/** @throws {A} */ a(): void }`,
      "/errors.ts": errors,
    };
    expect(emit(readSources(sources))).toEqual(['import { A } from "./errors.js";']);
  });

  it("services from the modules beside their contracts, under unique names", () => {
    const sources = {
      "/a/x.service.ts": `import type { Item as Other } from "../b/item.js";
export class Shape extends Error {}
/** @service */ export interface Item { other(): Promise<Other>;
/** @throws {Shape} */ rpc(): void }
/** @service Rpc */ export interface rpc { a(): void }`,
      "/b/item.ts": "/** @service b.Item */ export interface Item { self(): Promise<Item> }",
    };
    expect(emit(readSources(sources))).toEqual([
      'import { Item as Item2 } from "../b/item.crosspane.js";',
      'import { Shape } from "./x.service.js";',
    ]);
  });
});
