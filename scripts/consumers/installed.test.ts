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

  describe("compiles it with its declarations checked", () => {
    beforeAll(() =>
      project.run("npm install @types/node && npm install crosspane && npx crosspane generate"),
    );

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
      const manifest = createRequire(import.meta.url).resolve(`${compiler}/package.json`);
      const tsc = path.join(path.dirname(manifest), "bin/tsc");
      expect(await project.run(`node ${tsc} -p tsconfig.test.json`)).toBe("");
    });
  });
});

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
