import path from "node:path";
import { repository } from "./repository.ts";

/**
 * The scripts of installed tools. They run on Node itself, because a `.bin` entry needs a shell on
 * Windows.
 */
export const tools = {
  biome: path.join(repository, "node_modules/@biomejs/biome/bin/biome"),
  tsc: path.join(repository, "node_modules/typescript/bin/tsc"),
  vitest: path.join(repository, "node_modules/vitest/vitest.mjs"),
  crosspane: path.join(repository, "packages/crosspane/dist/cli.js"),
} as const;
