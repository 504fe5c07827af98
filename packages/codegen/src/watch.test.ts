import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { GenerateResult } from "./generate.js";
import { createTempFolder, writeFiles } from "./test-support/temp-folder.js";
import { watchContracts } from "./watch.js";

const contract = (name: string, type: string) => `import type { T } from "./types.js";
/** @service */
export interface ${name} {
  get(id: ${type}): Promise<T>;
}
`;

async function watchFolder(files: Readonly<Record<string, string>>) {
  const folder = createTempFolder(files);
  const results: GenerateResult[] = [];
  const errors: unknown[] = [];
  const watch = await watchContracts(
    { cwd: folder },
    { onResult: (result) => results.push(result), onError: (error) => errors.push(error) },
  );
  onTestFinished(() => watch.close());
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  return { folder, results, errors, text };
}

const poll = <T>(read: () => T) => expect.poll(read, { interval: 50 });

it("generates again when a contract, an import or the generated file changes, and for new contracts", async () => {
  const { folder, results, text } = await watchFolder({
    "tsconfig.json": '{ "compilerOptions": { "lib": ["es2024"], "types": [] } }',
    "types.ts": "export type T = string;",
    "a.service.ts": contract("A", "string"),
  });
  expect(results).toHaveLength(1);

  writeFiles(folder, { "a.service.ts": contract("A", "Date") });
  await poll(() => text("a.crosspane.ts")).toContain('rpc.param("id", rpc.date)');

  writeFiles(folder, { "types.ts": "export type T = Map<string, number>;" });
  await poll(() => text("a.crosspane.ts")).toContain("rpc.map(rpc.string, rpc.number)");

  writeFiles(folder, { "sub/b.service.ts": contract("B", "string").replace("./types", "../types") });
  await poll(() => results.at(-1)!.files.length).toBe(2);

  rmSync(join(folder, "a.crosspane.ts"));
  await poll(() => results.at(-1)!.files.map((file) => file.status)).toContain("written");
});

it("continues after problems, and its own writes do not trigger it", async () => {
  const { folder, results, errors } = await watchFolder({
    "tsconfig.json": '{ "compilerOptions": { "lib": ["es2024"], "types": [] } }',
    "types.ts": "export type T = string;",
    "a.service.ts": contract("A", "symbol"),
  });
  expect(results.at(-1)!.diagnostics).toHaveLength(1);
  writeFiles(folder, { "tsconfig.json": "{ nonsense" });
  await poll(() => errors.length).toBe(1);
  writeFiles(folder, {
    "tsconfig.json": '{ "compilerOptions": { "lib": ["es2024"], "types": [] } }',
    "a.service.ts": contract("A", "string"),
  });
  await poll(() => results.at(-1)!.files[0]?.status).toBe("written");
  const runs = results.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(results).toHaveLength(runs);
});
