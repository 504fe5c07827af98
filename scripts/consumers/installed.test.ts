import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedPackages } from "./installed-packages.ts";
import { type ConsumerProject, createProject } from "./project.ts";
import { readmeSteps } from "./readme-steps.ts";
import { type PackageRegistry, startRegistry } from "./registry.ts";

// The shell of the lines below, and the links of npm, are those of other systems.
describe.skipIf(process.platform === "win32")("a project that has installed the packages", () => {
  let registry: PackageRegistry;
  let project: ConsumerProject;

  beforeAll(async () => {
    registry = await startRegistry();
    const { files } = await readmeSteps("npm");
    project = await createProject(registry, { ...files, "src/entries.ts": everyEntry });
    await project.run("npm install --ignore-scripts @crosspane/transports");
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  test("has few and small packages, and none with an install script", async () => {
    const packages = await installedPackages(project.folder);
    const own = packages.filter(({ name }) => !name.startsWith("@koromix/"));
    expect(packages.length).toBeLessThanOrEqual(5);
    expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(6_000_000);
    expect(packages.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  test("can require it from CommonJS", async () => {
    await project.write({
      "required.cjs": `
        const { connect, serve } = require("@crosspane/transports");
        serve("memory:a", []).then(async (server) => {
          await using connection = await connect("memory:a");
          console.log(connection.state);
          await server.close();
        });`,
    });
    expect(await project.run("node required.cjs")).toBe("connected\n");
  });

  test("can require it in CommonJS tests of Jest", async () => {
    await project.write({
      "jest/package.json": "{}",
      "jest/a.test.js": `
        const { connect, serve } = require("@crosspane/transports");
        test("a call", async () => {
          const server = await serve("memory:a", []);
          const connection = await connect("memory:a");
          expect(connection.state).toBe("connected");
          await server.close();
        });`,
    });
    const printed = await project.run(
      `cd jest && node --experimental-vm-modules ${toolOf("jest", "bin/jest.js")}`,
    );
    expect(printed).toContain("1 passed");
  });

  describe("compiles it with its declarations checked", () => {
    beforeAll(() =>
      project.run("npm install @types/node && npm install crosspane && npx crosspane generate"),
    );

    test("in JavaScript with the types in comments, where a wrong argument is an error", async () => {
      const compilerOptions = { ...strict, allowJs: true, checkJs: true, types: ["node"] };
      await project.write({
        "script/use.js": script("name"),
        "script/wrong.js": script("7"),
        "script/tsconfig.json": JSON.stringify({ compilerOptions, files: ["use.js", "wrong.js"] }),
      });
      await expect(project.run(`node ${toolOf("typescript", "bin/tsc")} -p script`)).rejects.toThrow(
        /exit code \d\nscript\/wrong\.js\(8,\d+\): error TS2345: Argument of type 'number'.*\n$/,
      );
    });

    const old = { lib: ["ES2022", "DOM"], types: [], target: "ES2022" };
    const node = { lib: ["ES2022"], types: ["node"] };
    test.each([
      ["typescript-5.9", "old libraries and no types of Node", old],
      ["typescript", "old libraries and no types of Node", old],
      ["typescript-7.0", "old libraries and no types of Node", old],
      ["typescript", "types of Node and none of pages", node],
    ])("%s, with %s", async (compiler, _, options) => {
      const compilerOptions = { ...strict, ...options };
      await project.write({ "tsconfig.test.json": JSON.stringify({ compilerOptions, include: ["src"] }) });
      expect(await project.run(`node ${toolOf(compiler, "bin/tsc")} -p tsconfig.test.json`)).toBe("");
    });
  });
});

/** Returns the script of a tool of the repository. */
function toolOf(name: string, script: string): string {
  return path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), script);
}

/** A program in JavaScript that passes an argument to the service. */
const script = (argument: string) => `import { connect } from "@crosspane/transports";
import { Hello } from "../src/hello.crosspane.js";

/** @param {string} name */
export async function greet(name) {
  const connection = await connect("pipe:hello");
  /** @type {Hello} */ const hello = connection.client(Hello);
  return await hello.greet(${argument});
}
`;

const strict = {
  module: "NodeNext",
  target: "ES2023",
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
};

const everyEntry = [
  "core",
  "core/stub-v1",
  "core/transport",
  "transports",
  "transports/auto",
  "transports/copy-data",
  "transports/message-port",
  "transports/named-pipe",
  "transports/shared-memory",
  "transports/socket",
  "transports/stdio",
  "transports/stub-v1",
]
  .map((entry) => `import "@crosspane/${entry}";\n`)
  .join("");
