import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "./config.js";
import { displayPath } from "./contract-paths.js";
import { type GenerateResult, generate } from "./generate.js";
import { createTempFolder, writeFiles } from "./test-support/temp-folder.js";

const service = (name: string, body = "get(id: string): Promise<string>;") =>
  `/** @service */\nexport interface ${name} {\n  ${body}\n}\n`;
const tsconfig = (content: object) =>
  JSON.stringify({ compilerOptions: { target: "ES2023", lib: ["es2024"], types: [] }, ...content });

/** Statuses by path relative to the folder. */
function statuses(result: GenerateResult, folder: string): Record<string, string> {
  return Object.fromEntries(result.files.map(({ path, status }) => [displayPath(path, folder), status]));
}

describe("generate finds contracts", () => {
  it("in the files of the nearest tsconfig", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({ include: ["src"] }),
      "src/a.service.ts": service("A"),
      "src/deep/b.ts": service("B"),
      "src/plain.ts": "export const x = 1;",
      "other/c.service.ts": service("C"),
    });
    const result = await generate({ cwd: join(folder, "src/deep") });
    expect(statuses(result, folder)).toEqual({
      "src/a.crosspane.ts": "written",
      "src/deep/b.crosspane.ts": "written",
    });
    expect(result.scanned).toBe(3);
    expect(readFileSync(join(folder, "src/deep/b.crosspane.ts"), "utf8")).toContain('from "./b.js"');
  });

  it("in the projects that a solution refers to, each with its own options", async () => {
    const folder = createTempFolder({
      "tsconfig.json": JSON.stringify({
        files: [],
        references: [{ path: "./one" }, { path: "./two/tsconfig.lib.json" }],
      }),
      "one/tsconfig.json": tsconfig({}),
      "one/a.service.ts": service("A"),
      "two/tsconfig.lib.json": JSON.stringify({
        compilerOptions: { module: "NodeNext", rewriteRelativeImportExtensions: true, types: [] },
      }),
      "two/b.service.ts": service("B"),
    });
    const result = await generate({ cwd: folder });
    expect(statuses(result, folder)).toEqual({
      "one/a.crosspane.ts": "written",
      "two/b.crosspane.ts": "written",
    });
    expect(result.files[0]!.text).toContain('from "./a.service.js"');
    expect(result.files[1]!.text).toContain('from "./b.service.ts"');
  });

  it("not in the references of a project with files of its own", async () => {
    const folder = createTempFolder({
      "app/tsconfig.json": tsconfig({ references: [{ path: "../library" }] }),
      "app/a.service.ts": service("A"),
      "library/tsconfig.json": tsconfig({}),
      "library/b.service.ts": service("B"),
    });
    const result = await generate({ cwd: folder, project: "app" });
    expect(statuses(result, folder)).toEqual({ "app/a.crosspane.ts": "written" });
  });

  it("by path and by glob, with or without a tsconfig", async () => {
    const folder = createTempFolder({ "a.service.ts": service("A"), "deep/b.service.ts": service("B") });
    const result = await generate({ cwd: folder, files: ["a.service.ts", "**/b.*.ts"] });
    expect(statuses(result, folder)).toEqual({
      "a.crosspane.ts": "written",
      "deep/b.crosspane.ts": "written",
    });
  });

  it("and names what it cannot find", async () => {
    const folder = createTempFolder({ "tsconfig.json": "{ nonsense" });
    const fails = async (options: object, message: RegExp) => {
      const error = await generate({ cwd: folder, ...options }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain("\\");
    };
    await fails({}, /cannot read .*tsconfig\.json: /);
    await fails({ project: "missing.json" }, /there is no tsconfig at .*missing\.json/);
    writeFiles(folder, { "tsconfig.json": tsconfig({}) });
    await fails({ files: ["nothing-*.ts"] }, /no contract file matches nothing-\*\.ts/);
  });
});

describe("generated text", () => {
  it("imports the contract as the options say", async () => {
    const folder = createTempFolder({ "a.service.ts": service("A") });
    const imported = async (importExtension: "auto" | "js" | "ts" | "none") => {
      const { files } = await generate({ cwd: folder, files: ["a.service.ts"], importExtension });
      return /from "(\.[^"]*)"/.exec(files[0]!.text)![1];
    };
    expect(await imported("auto")).toBe("./a.service.js");
    expect(await imported("js")).toBe("./a.service.js");
    expect(await imported("ts")).toBe("./a.service.ts");
    expect(await imported("none")).toBe("./a.service");
  });

  it("is the same for any line endings of the contract", async () => {
    const text = `/**\n * About A.\n *\n * @service\n */\nexport interface A {\n  /**\n   * Gets.\n   * Twice.\n   */\n  get(x: { a: 1 }): Promise<void>;\n}\n`;
    const folder = createTempFolder({
      "lf/a.service.ts": text,
      "crlf/a.service.ts": text.replaceAll("\n", "\r\n"),
      "cr/a.service.ts": text.replaceAll("\n", "\r"),
    });
    const texts = await Promise.all(
      ["lf", "crlf", "cr"].map(async (name) => {
        await generate({ cwd: join(folder, name), files: ["a.service.ts"] });
        return readFileSync(join(folder, name, "a.crosspane.ts"), "utf8");
      }),
    );
    expect(texts[0]).not.toContain("\r");
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it("does not depend on what else is generated, or in which order", async () => {
    const types = `export type U = "z" | "y" | Set<string> | { b: 1 } | { a: "x" | "w" };\n`;
    const uses = `import type { U } from "./types.js";\n`;
    const files = {
      "types.ts": types,
      "a.service.ts": `${uses}type Other = "w" | "x" | "y";\n${service("A", "get(u: U, o: Pick<{ z: 1; y: 2 }, 'y' | 'z'>): Promise<Other>;")}`,
      "b.service.ts": `type First = { a: "x" } | "y" | "z";\n${service("B", "get(f: First, o: Pick<{ z: 1; y: 2 }, 'z' | 'y'>): Promise<'x' | 'w'>;")}`,
    };
    const [alone, together] = [createTempFolder(files), createTempFolder(files)];
    for (const name of ["b.service.ts", "a.service.ts"]) await generate({ cwd: alone, files: [name] });
    await generate({ cwd: together, files: ["a.service.ts", "b.service.ts"] });
    for (const name of ["a.crosspane.ts", "b.crosspane.ts"]) {
      expect(readFileSync(join(together, name), "utf8")).toBe(readFileSync(join(alone, name), "utf8"));
    }
  });

  it("reads undefined and null in projects that are not strict", async () => {
    const folder = createTempFolder({
      "tsconfig.json": JSON.stringify({
        compilerOptions: { strict: false, strictNullChecks: false, types: [] },
      }),
      "a.service.ts": service("A", "get(): Promise<string | undefined>;"),
    });
    const { files } = await generate({ cwd: folder });
    expect(files[0]!.text).toContain("rpc.union(");
  });
});

describe("a run", () => {
  it("writes only what differs", async () => {
    const folder = createTempFolder({ "a.service.ts": service("A") });
    const output = join(folder, "a.crosspane.ts");
    await generate({ cwd: folder, files: ["a.service.ts"] });
    utimesSync(output, 1, 1);
    const again = await generate({ cwd: folder, files: ["a.service.ts"] });
    expect(again.files[0]!.status).toBe("unchanged");
    writeFileSync(output, readFileSync(output, "utf8").replaceAll("\n", "\r\n"));
    const converted = await generate({ cwd: folder, files: ["a.service.ts"] });
    expect(converted.files[0]!.status).toBe("unchanged");
  });

  it("that checks writes nothing and reports drift", async () => {
    const folder = createTempFolder({ "a.service.ts": service("A"), "b.service.ts": service("B") });
    const check = () => generate({ cwd: folder, files: ["*.service.ts"], check: true });
    expect(statuses(await check(), folder)).toEqual({
      "a.crosspane.ts": "drifted",
      "b.crosspane.ts": "drifted",
    });
    expect(existsSync(join(folder, "a.crosspane.ts"))).toBe(false);
    await generate({ cwd: folder, files: ["*.service.ts"] });
    writeFiles(folder, { "a.service.ts": service("A", "set(id: string): Promise<void>;") });
    expect(statuses(await check(), folder)).toEqual({
      "a.crosspane.ts": "drifted",
      "b.crosspane.ts": "unchanged",
    });
    expect(readFileSync(join(folder, "a.crosspane.ts"), "utf8")).toContain("get(");
  });

  it("reports every problem, and writes the contracts that have none", async () => {
    const folder = createTempFolder({
      "types.ts": "export interface Broken {\n  f: () => string;\n}\n",
      "bad.service.ts": `import type { Broken } from "./types.js";\n${service("Bad", "get(b: Broken, s: symbol): Promise<void>;")}`,
      "good.service.ts": service("Good"),
      "worse.service.ts": service("Worse", "size: number;"),
    });
    const result = await generate({ cwd: folder, files: ["*.service.ts"] });
    expect(statuses(result, folder)).toEqual({ "good.crosspane.ts": "written" });
    const places = result.diagnostics.map(
      ({ id, at }) => `${displayPath(at.file, folder)}:${at.line}:${at.column} ${id}`,
    );
    expect(places).toEqual([
      "bad.service.ts:4:21 CP1205",
      "types.ts:2:12 CP1218",
      "worse.service.ts:3:3 CP1101",
    ]);
  });

  it("never replaces a file that was not generated", async () => {
    const folder = createTempFolder({ "a.service.ts": service("A"), "a.crosspane.ts": "mine\n" });
    const result = await generate({ cwd: folder, files: ["a.service.ts"] });
    expect(result.diagnostics.map(({ id }) => id)).toEqual(["CP1007"]);
    expect(readFileSync(join(folder, "a.crosspane.ts"), "utf8")).toBe("mine\n");
  });

  it("reports its progress and its dependencies", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "types.ts": "export interface T { a: 1 }",
      "a.service.ts": `import type { T } from "./types.js";\n${service("A", "get(): Promise<T>;")}`,
    });
    const steps: string[] = [];
    const { inputs } = await generate({
      cwd: folder,
      onProgress: ({ stage, file, index, total }) => steps.push(`${stage} ${index}/${total} ${file}`),
    });
    expect(steps).toEqual(["read 1/1 a.service.ts", "emit 1/1 a.service.ts"]);
    expect(inputs.map((path) => displayPath(path, folder))).toEqual([
      "a.service.ts",
      "tsconfig.json",
      "types.ts",
    ]);
  });
});

describe("generate names every problem in one run", () => {
  const ids = (result: GenerateResult) => result.diagnostics.map(({ id, where }) => `${id} ${where}`);

  it("of all methods of all contracts, even of an invalid service", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.service.ts": service(
        "A",
        "x(v: symbol): Promise<void>; ok(): Promise<void>; y(): string; z?(): void",
      ).replace("export ", ""),
      "b.service.ts": service("B", "then(): Promise<void>; w(...a: unknown): Promise<void>"),
    });
    expect(ids(await generate({ cwd: folder }))).toEqual([
      "CP1001 A",
      "CP1205 A.x: v",
      "CP1106 A.y: result",
      "CP1108 A.z",
      "CP1107 B.then",
      "CP1111 B.w: a",
    ]);
  });

  it("of each type of a signature, at its line", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.service.ts": `class Failure {}\nconsole.log(Failure);\n${service(
        "A",
        [
          "",
          "  /** @throws {Failure}\n@allow nonsense */ x(",
          "    a: symbol,",
          "    b: (",
          "      c: WeakMap<object, 1>,",
          "    ) => number,",
          "    ...d: string",
          "  ): string;",
        ].join("\n"),
      )}`,
    });
    const result = await generate({ cwd: folder });
    expect(result.diagnostics.map(({ id, at, where }) => `${id} ${at.line} ${where}`)).toEqual([
      "CP1112 7 A.x: ",
      "CP1113 7 A.x: throws Failure",
      "CP1205 8 A.x: a",
      "CP1209 10 A.x: b: c",
      "CP1218 11 A.x: b: result",
      "CP1111 12 A.x: d",
      "CP1106 13 A.x: result",
    ]);
  });

  it("of generated files whose contract is gone or is not a contract any more", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.service.ts": service("A"),
      "b.ts": service("B"),
    });
    await generate({ cwd: folder });
    rmSync(join(folder, "a.service.ts"));
    writeFiles(folder, { "b.ts": "export interface B {}", "c.crosspane.ts": "export const mine = 1;" });
    const check = await generate({ cwd: folder, check: true });
    expect(ids(check)).toEqual(["CP1009 a.crosspane.ts", "CP1009 b.crosspane.ts"]);
    expect(ids(await generate({ cwd: folder, files: ["b.ts"] }))).toEqual(["CP1009 b.crosspane.ts"]);
    expect(existsSync(join(folder, "b.crosspane.ts"))).toBe(true);
  });

  it("of generated files anywhere in the projects of the contracts that are named to check", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a/a.service.ts": service("A"),
      "b/b.service.ts": service("B"),
      "c/c.ts": service("C"),
      "d/d.service.ts": service("D"),
      "e/tsconfig.json": tsconfig({}),
      "e/e.service.ts": service("E"),
    });
    await generate({ cwd: folder });
    rmSync(join(folder, "b/b.service.ts"));
    writeFiles(folder, {
      "c/c.ts": "export interface C {}",
      "a/mine.crosspane.ts": "export const mine = 1;",
    });
    const files = ["a/*.service.ts"];
    const checked = await generate({ cwd: folder, files, check: true });
    expect(ids(checked)).toEqual(["CP1009 b.crosspane.ts", "CP1009 c.crosspane.ts"]);
    expect(checked.files.map(({ status }) => status)).toEqual(["unchanged"]);
    expect(ids(await generate({ cwd: folder, files }))).toEqual([]);
  });

  it.each([
    "// @service",
    "/* @service */",
    "/** @services */",
    "/** @Service */",
    "/*\n * @service\n */",
    "//@service x",
  ])("of an interface after %j", async (comment) => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.ts": `${comment}\nexport interface A { a(): Promise<void> }\n`,
    });
    expect(ids(await generate({ cwd: folder }))).toEqual(["CP1010 A"]);
  });

  it.each(["// The @service of it", "/** See `@service`. */", "// @service-worker"])(
    "and leaves prose alone: %j",
    async (comment) => {
      const folder = createTempFolder({
        "tsconfig.json": tsconfig({}),
        "a.ts": `${comment}\nexport interface A { a(): Promise<void> }\n`,
      });
      expect((await generate({ cwd: folder })).diagnostics).toEqual([]);
    },
  );

  it("of two contracts whose outputs differ in case only", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.service.ts": service("A"),
      "A.ts": service("B"),
    });
    expect(ids(await generate({ cwd: folder }))).toEqual(["CP1006 A"]);
  });

  it("of a contract with a byte order mark and the line endings of Windows as of any", async () => {
    const folder = createTempFolder({
      "tsconfig.json": tsconfig({}),
      "a.service.ts": `\uFEFF${service("A", "\n  x(v: symbol): Promise<void>;")}`.replaceAll("\n", "\r\n"),
    });
    const [problem] = (await generate({ cwd: folder })).diagnostics;
    expect(problem).toMatchObject({ id: "CP1205", at: { line: 4, column: 8 } });
  });

  it("and says in a sentence that an output cannot be written", async () => {
    const folder = createTempFolder({ "tsconfig.json": tsconfig({}), "a.service.ts": service("A") });
    mkdirSync(join(folder, "a.crosspane.ts"));
    await expect(generate({ cwd: folder })).rejects.toThrow(/^cannot write .*a\.crosspane\.ts: /);
  });
});

it("a contract that is named is compiled with the tsconfig nearest to it", async () => {
  const aliased = (name: string) =>
    `import type { T } from "#types";\n${service(name, "get(): Promise<T>;")}`;
  const folder = createTempFolder({
    "tsconfig.json": tsconfig({ files: [] }),
    "p/tsconfig.json": tsconfig({}).replace('"types":[]', '"types":[],"paths":{"#types":["./types.ts"]}'),
    "p/a.service.ts": aliased("A"),
    "p/types.ts": "export type T = Date;",
    "q/tsconfig.json": tsconfig({}).replace('"types":[]', '"types":[],"paths":{"#types":["./other.ts"]}'),
    "q/b.service.ts": aliased("B"),
    "q/other.ts": "export type T = bigint;",
  });
  const { files, diagnostics } = await generate({ cwd: folder, files: ["*/*.service.ts"] });
  expect(diagnostics).toEqual([]);
  expect(files.map(({ text }) => /rpc\.(date|bigint)/.exec(text)?.[1])).toEqual(["date", "bigint"]);
});
