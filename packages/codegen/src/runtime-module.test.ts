import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { displayPath } from "./contract-paths.js";
import { generate } from "./generate.js";
import { createTempFolder } from "./test-support/temp-folder.js";

const core = "@crosspane/core/stub-v1";
const transports = "@crosspane/transports/stub-v1";

/** Generates the module of `src/a.service.ts` in a project with these files. */
async function generated(files: Readonly<Record<string, string>>) {
  const folder = createTempFolder({
    "src/tsconfig.json": '{ "compilerOptions": { "lib": ["es2024"], "types": [] } }',
    "src/a.service.ts": "/** @service */\nexport interface A {\n  get(id: string): Promise<string>;\n}\n",
    ...files,
  });
  const { files: written, undeclared, inputs } = await generate({ cwd: join(folder, "src") });
  const [, runtime] = /^import \* as rpc from "(.+)";$/m.exec(written[0]?.text ?? "") ?? [];
  const manifests = inputs
    .map((path) => displayPath(path, folder))
    .filter((path) => /package\.json$/.test(path));
  return { runtime, undeclared: undeclared.map((path) => displayPath(path, folder)), manifests };
}

const declaring = (manifest: object) => JSON.stringify(manifest);

describe("generated code imports the runtime from a package that its project declares", () => {
  const version = "0.1.0";
  it.each<[string, object, string]>([
    ["transports alone", { dependencies: { "@crosspane/transports": version } }, transports],
    ["core alone", { dependencies: { "@crosspane/core": version } }, core],
    ["both", { dependencies: { "@crosspane/transports": version, "@crosspane/core": version } }, core],
    ["a peer", { peerDependencies: { "@crosspane/transports": version } }, transports],
    ["an optional one", { optionalDependencies: { "@crosspane/transports": version } }, transports],
    ["one for development only", { devDependencies: { "@crosspane/transports": version } }, transports],
    [
      "core for development, transports at run time",
      { devDependencies: { "@crosspane/core": version }, dependencies: { "@crosspane/transports": version } },
      transports,
    ],
    ["the package itself", { name: "@crosspane/transports" }, transports],
  ])("%s", async (_, manifest, expected) => {
    const result = await generated({ "package.json": declaring(manifest) });
    expect(result).toEqual({ runtime: expected, undeclared: [], manifests: ["package.json"] });
  });

  it("the nearest package.json that declares one decides", async () => {
    const result = await generated({
      "src/package.json": declaring({ type: "module" }),
      "package.json": declaring({ dependencies: { "@crosspane/transports": version } }),
    });
    expect(result).toEqual({
      runtime: transports,
      undeclared: [],
      manifests: ["package.json", "src/package.json"],
    });
  });
});

describe("a contract whose project declares neither", () => {
  it.each([
    ["of a project without a package.json", {}],
    ["of a project with others", { "package.json": declaring({ dependencies: { json5: "2.2.3" } }) }],
    ["of a malformed package.json", { "package.json": "{" }],
    ["of a package.json that is not an object", { "package.json": "null" }],
  ])("%s is named, and imports core", async (_, files) => {
    expect(await generated(files)).toMatchObject({ runtime: core, undeclared: ["src/a.service.ts"] });
  });
});
