import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { addresses } from "./test-support/targets.js";

const program = fileURLToPath(new URL("test-support/soak/main.mjs", import.meta.url));

/** A short soak; `npm run soak` runs for as long as it needs. */
describe.each(addresses.filter(({ betweenProcesses }) => betweenProcesses))("over $name", ({ name }) => {
  test("calls, connections, many clients and slow readers leak nothing and lose nothing", async () => {
    // In a process of its own, so that the memory of a test runner does not count.
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", program, "--short", "--transports", name],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = once(child, "exit");
    let output = "";
    for await (const chunk of child.stdout) output += String(chunk);
    // As text, which the summary of a run shows in full.
    const failed = output.split("✗").slice(1);
    expect(failed.join()).toBe("");
    expect(await ended).toEqual([0, null]);
    expect(output.match(/✓/g)).toHaveLength(6);
  });
});
