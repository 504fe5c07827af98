import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtimeSymbols } from "../runtime-symbols.js";
import { runNode } from "./run-node.js";
import { writeFiles } from "./temp-folder.js";

/** The compilers that contracts may be compiled with. */
export const compilers = ["typescript-5.9", "typescript", "typescript-7.0"] as const;

const require = createRequire(import.meta.url);
const snapshotTypes = fileURLToPath(new URL("../../../core/src/stub-v1/snapshot.ts", import.meta.url));

/**
 * Writes the imports of generated modules from core: the types that compare, and names without a
 * type. Compiling all of core would take most of the time.
 */
export function writeRuntime(folder: string): void {
  const values = runtimeSymbols.values.filter((name) => name !== "ClientStub" && name !== "defineService");
  writeFiles(folder, {
    "runtime/stub-v1.d.ts": `export * from ${JSON.stringify(snapshotTypes.replaceAll("\\", "/"))};
export { Subscription } from "./core.js";
export type Shape = unknown;
export interface Service<T> { readonly type: T }
export declare class ClientStub {
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}
export declare function defineService<T, _Snapshot = unknown>(definition: {
  readonly [name: string]: unknown;
  dispatch(service: T, method: number, args: readonly unknown[]): unknown;
}): Service<T>;
${values.map((name) => `declare const ${name}_: any;\nexport { ${name}_ as ${name} };`).join("\n")}
`,
    "runtime/core.d.ts": `export interface Subscription extends Disposable { readonly isOpen: boolean }
export declare class RpcError extends Error { readonly code: string; readonly details?: unknown }
`,
    // Replaces the DOM's declarations, which take long to read.
    "runtime/platform.d.ts": `interface AbortSignal { readonly aborted: boolean; throwIfAborted(): void }
interface ReadableStream<R = any> { getReader(): { read(): Promise<{ value: R }> } }
`,
  });
}

/** Runs a compiler over the TypeScript files of a folder and returns the lines of its output. */
export async function compile(
  folder: string,
  compiler: (typeof compilers)[number],
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const compilerOptions = {
    target: "ES2023",
    module: "NodeNext",
    lib: ["ES2024", "ESNext.Disposable"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    noUnusedLocals: true,
    paths: {
      "@crosspane/core": ["./runtime/core.d.ts"],
      "@crosspane/core/stub-v1": ["./runtime/stub-v1.d.ts"],
    },
    ...options,
  };
  writeFiles(folder, { "tsconfig.json": JSON.stringify({ compilerOptions, include: ["**/*.ts"] }) });
  const tsc = join(require.resolve(`${compiler}/package.json`), "../bin/tsc");
  const { stdout, stderr } = await runNode([tsc, "-p", folder, "--pretty", "false"], folder);
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}
