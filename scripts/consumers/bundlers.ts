import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { webpack } from "webpack";
import { repository } from "../repository.ts";

const NCC = path.join(repository, "node_modules/@vercel/ncc/dist/ncc/cli.js");

/** A program to bundle. */
export interface Bundling {
  /** The folder of its project. */
  readonly folder: string;
  /** Its script, as an absolute path. */
  readonly entry: string;
  /** An existing, empty folder for the result. */
  readonly output: string;
}

/**
 * Bundlers, with the settings that a program for Node needs. Each leaves nothing out but the
 * modules of Node, and returns the script to run.
 */
export const bundlers: Readonly<Record<string, (bundling: Bundling) => Promise<string>>> = {
  esbuild: async ({ entry, output }) => {
    const outfile = path.join(output, "app.mjs");
    await esbuild({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm" });
    return outfile;
  },
  "esbuild to CommonJS": async ({ entry, output }) => {
    const outfile = path.join(output, "app.cjs");
    await esbuild({
      ...{ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "cjs" },
      // Such a bundle has no addresses, which is why esbuild warns of each.
      logOverride: { "empty-import-meta": "silent" },
    });
    return outfile;
  },
  Rollup: async ({ entry, output }) => {
    const bundle = await rollup({
      input: entry,
      logLevel: "silent",
      plugins: [nodeResolve({ preferBuiltins: true })],
    });
    await bundle.write({ dir: output, format: "es", entryFileNames: "app.mjs" });
    await bundle.close();
    return path.join(output, "app.mjs");
  },
  "Vite SSR": async ({ folder, entry, output }) => {
    await vite({
      root: folder,
      configFile: false,
      logLevel: "error",
      build: { ssr: entry, outDir: output, rollupOptions: { output: { entryFileNames: "app.mjs" } } },
      ssr: { noExternal: true },
    });
    return path.join(output, "app.mjs");
  },
  webpack: async ({ folder, entry, output }) => {
    const compiler = webpack({
      context: folder,
      entry,
      mode: "production",
      target: "node",
      output: { path: output, filename: "app.cjs" },
    });
    const stats = await new Promise<{ toString(options: object): string; hasErrors(): boolean } | undefined>(
      (resolve, reject) => compiler?.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    if (stats?.hasErrors() !== false) throw new Error(String(stats?.toString({})));
    return path.join(output, "app.cjs");
  },
  ncc: async ({ entry, output }) => {
    await promisify(execFile)(process.execPath, [NCC, "build", entry, "--out", output, "--no-cache"]);
    return path.join(output, (await readdir(output)).find((file) => /^index\.[cm]?js$/.test(file)) ?? "");
  },
};
