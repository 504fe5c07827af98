import { cpSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generate.js";
import { runNode } from "../test-support/run-node.js";
import { createTempFolder, writeFiles } from "../test-support/temp-folder.js";

const golden = fileURLToPath(new URL("../../fixtures/golden/", import.meta.url));
const pathTo = (path: string) => fileURLToPath(new URL(path, import.meta.url)).replaceAll("\\", "/");
const contracts = readdirSync(golden).filter((name) => name.endsWith(".service.ts"));

const folder = createTempFolder({}, afterAll);

beforeAll(async () => {
  for (const name of readdirSync(golden).filter((each) => !each.endsWith(".crosspane.ts"))) {
    cpSync(join(golden, name), join(folder, name));
  }
  writeFiles(folder, { "package.json": '{ "type": "module" }', "tsconfig.json": JSON.stringify(tsconfig) });
  const { diagnostics } = await generate({ cwd: folder, files: ["*.service.ts"] });
  expect(diagnostics).toEqual([]);
});

it.each(contracts)("the output for %s is the reviewed one", async (name) => {
  const output = name.replace(".service.ts", ".crosspane.ts");
  await expect(readFileSync(join(folder, output), "utf8")).toMatchFileSnapshot(join(golden, output));
});

it.each(contracts)("the output for %s runs", async (name) => {
  const module = (await import(join(golden, name.replace(".service.ts", ".crosspane.ts")))) as Record<
    string,
    unknown
  >;
  const text = readFileSync(join(golden, name), "utf8");
  const services = [...text.matchAll(/\* @service.*?interface (\w+)/gs)].map((match) => match[1]!);
  expect(Object.keys(module).sort()).toEqual(services.sort());
});

const require = createRequire(import.meta.url);
const compilers = ["typescript-5.9", "typescript", "typescript-7.0"];

describe("generated modules compile strictly", () => {
  it.each(compilers)("with %s", async (compiler) => {
    writeFiles(folder, { "use.ts": use });
    const tsc = join(packageFolder(compiler), "bin/tsc");
    const { stdout, stderr } = await runNode([tsc, "-p", folder, "--pretty", "false"], folder);
    const errors = `${stdout}${stderr}`.split("\n").filter((line) => line !== "" && !isExpected(line));
    expect(errors).toEqual([]);
  });
});

const tsconfig = {
  compilerOptions: {
    target: "ES2023",
    module: "NodeNext",
    lib: ["ES2024", "ESNext.Disposable", "DOM"],
    types: ["node"],
    typeRoots: [pathTo("../../../../node_modules/@types")],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noPropertyAccessFromIndexSignature: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedModules: true,
    isolatedDeclarations: true,
    declaration: true,
    allowUnreachableCode: false,
    paths: {
      "@crosspane/core": [pathTo("../../../core/src/index.ts")],
      "@crosspane/core/stub-v1": [pathTo("../../../core/src/stub-v1/index.ts")],
    },
  },
  include: ["*.ts"],
};

/**
 * Code of a user: the generated name is a value and a type, and a client is an instance of the
 * type.
 */
const use = `import type { Unions as Contract } from "./unions.service.js";
import { Unions } from "./unions.crosspane.js";

declare const local: Contract;
export const client: Unions = local;
export const answer: Promise<boolean | undefined> = client.mixed("auto");
export const offered: unknown = Unions.implement(local);
`;

/**
 * Core is not under test, and an enum in a contract is its author's choice: generated code has
 * none.
 */
function isExpected(line: string): boolean {
  return (
    /packages[\\/]core[\\/]/.test(line) || /^\s/.test(line) || /^all-kinds\.service\.ts.*TS1294/.test(line)
  );
}

function packageFolder(name: string): string {
  return join(require.resolve(`${name}/package.json`), "..");
}
