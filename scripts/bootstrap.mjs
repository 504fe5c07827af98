/**
 * `node scripts/bootstrap.mjs COMMAND [ARGUMENTS]` runs `scripts/COMMAND.ts`.
 *
 * A fresh clone starts here, so it needs nothing but Node's built-ins and Node 20. It installs the
 * dependencies if the lock file requires it, then hands over to the Node version that the lock file
 * pins.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findNode } from "./bootstrap/find-node.mjs";
import { installDependencies } from "./bootstrap/install-dependencies.mjs";
import { runTied } from "./bootstrap/run-tied.mjs";

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  const [command, ...args] = process.argv.slice(2);
  const script = path.join(repository, "scripts", `${command}.ts`);
  if (command === undefined || !/^[a-z-]+$/.test(command) || !existsSync(script)) {
    throw new Error(
      `usage: node scripts/bootstrap.mjs COMMAND [ARGUMENTS]; there is no scripts/${command ?? "COMMAND"}.ts`,
    );
  }
  await installDependencies(repository);
  process.exitCode = await runTied(
    findNode(repository),
    ["--disable-warning=ExperimentalWarning", script, ...args],
    environmentWithTools(),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Puts the installed tools, including the pinned `node`, before those of the system. */
function environmentWithTools() {
  const tools = path.join(repository, "node_modules", ".bin");
  // Windows spells it "Path". With a second spelling beside it, chance would decide which one
  // counts.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { ...process.env, [name]: `${tools}${path.delimiter}${process.env[name] ?? ""}` };
}
