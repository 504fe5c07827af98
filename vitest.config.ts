import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/test/longest-first.ts";

const underWine = process.env["WINEHOMEDIR"] !== undefined;

/**
 * Tests that do not depend on the system: of core, which imports nothing from Node, of the parts of
 * codegen that turn types into text, and of the tools of this repository. They are left out under
 * Wine, since they run on the system around it as well. On Windows itself they run.
 */
const portable = [
  "packages/core/**",
  "packages/codegen/src/{check,model,read,text}/**",
  "packages/codegen/src/emit/{call-model,fingerprint,random-values,stale-module}.test.ts",
  "packages/codegen/src/scale.test.ts",
  "bench/report/**",
  "scripts/**",
];

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources, on every system the same way: under Wine the workspace links cannot be followed.
    alias: [
      {
        find: /^@crosspane\/(core|transports|bridges)\/(.+)$/,
        replacement: `${source("./packages")}/$1/src/$2/index.ts`,
      },
      {
        find: /^@crosspane\/(core|codegen|transports)$/,
        replacement: `${source("./packages")}/$1/src/index.ts`,
      },
      // Vite finds no packages under Wine and leaves them to Node, but puts an empty module in the place of an optional one.
      ...(underWine
        ? [
            {
              find: /^@opentelemetry\/api$/,
              replacement: source("./node_modules/@opentelemetry/api/dist/index.mjs"),
            },
          ]
        : []),
    ],
  },
  // Node 22 does not know `await using`.
  oxc: { target: "es2023" },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "examples/*/**/*.test.ts",
      "bench/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", ...(underWine ? portable : [])],
    sequence: { sequencer: LongestFirst },
    // Wine now and then loses what a socket or a killed process was about to do; docs/testing.md tells of it. Vitest shows retries.
    retry: underWine ? 1 : 0,
    // Most of the time is waiting: for processes that start, for times to pass, under Wine also for the server of the handles.
    maxWorkers: Math.max(underWine ? 4 : 3, availableParallelism() - 1),
    // These limits end what hangs and measure nothing. A test that starts several processes takes ten seconds under Wine,
    // and many times that on a machine that is busy with other work.
    testTimeout: underWine ? 300_000 : 180_000,
    hookTimeout: underWine ? 300_000 : 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
