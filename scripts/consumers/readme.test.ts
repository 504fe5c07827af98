import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject } from "./project.ts";
import { type PackageManager, readmeSteps } from "./readme-steps.ts";
import { type PackageRegistry, startRegistry } from "./registry.ts";

let registry: PackageRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());

test.skipIf(process.platform === "win32").each<PackageManager>(["npm", "pnpm", "Yarn"])(
  "the README leads from an empty folder to a call with %s",
  async (manager) => {
    const { files, terminals } = await readmeSteps(manager);
    expect(Object.keys(files).sort()).toEqual([
      "package.json",
      "src/client.ts",
      "src/hello.service.ts",
      "src/server.ts",
      "tsconfig.json",
    ]);
    const [[...building], calling] = terminals as [string[], string[]];
    const serving = building.pop() as string;
    await using project = await createProject(registry, files);
    for (const line of building) await project.run(line);
    await using server = await project.start(serving, "\n");
    expect(server.output()).toBe("Listening at pipe:hello\n");
    const printed: string[] = [];
    for (const line of calling) printed.push(await project.run(line));
    expect(printed).toEqual(["Hello world!\n", '"Hello world!"\n']);
  },
);
