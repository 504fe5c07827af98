/**
 * `npm run bundles` bundles a program with every bundler that is supported, from the packed
 * packages, and runs each bundle on Node for Windows. `npm test` tries one of them.
 */
import { runTied } from "./bootstrap/run-tied.mjs";
import { main } from "./terminal/main.ts";
import { runQuietly } from "./terminal/run-quietly.ts";
import { tools } from "./tools.ts";

await main(async () => {
  await runQuietly([process.execPath, tools.tsc, "--build"]);
  const args = [tools.vitest, "run", "scripts/consumers/bundles.test.ts"];
  return await runTied(process.execPath, args, { ...process.env, CROSSPANE_BUNDLERS: "all" });
});
