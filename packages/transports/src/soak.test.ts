import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { addresses } from "./test-support/targets.js";

const program = fileURLToPath(new URL("test-support/soak/main.mjs", import.meta.url));

/** What is shown is short; `npm run soak` goes on for as long as it takes. */
describe.each(addresses.filter(({ betweenProcesses }) => betweenProcesses))("over $name", ({ name }) => {
  test("calls, connections, many clients and slow readers leave nothing behind and lose nothing", async () => {
    // In a process of its own: what a test runner keeps is not to be counted.
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
