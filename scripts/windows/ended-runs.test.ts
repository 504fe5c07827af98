import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { cacheFolder } from "./cache-folder.ts";
import { fixture, hasLane, laneNamespaces, pressCtrlC, processesIn, startCommand } from "./lane-test-kit.ts";

/** Longer than the time in which presses count as one Ctrl-C. */
const BETWEEN_PRESSES_MS = 1_500;

async function startWaiting(...args: readonly string[]) {
  const temporary = mkdtempSync(path.join(tmpdir(), "crosspane-test-"));
  const child = startCommand([fixture("wait"), ...args], { TMPDIR: temporary });
  onTestFinished(() => {
    child.kill("SIGKILL");
    // Fails if the folder is not empty.
    rmdirSync(temporary);
  });
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  await vi.waitUntil(() => output.includes("waiting"), { timeout: 120_000 });
  const namespaces = laneNamespaces(child.pid ?? 0);
  expect(processesIn(namespaces).length).toBeGreaterThan(1);
  const ended = once(child, "exit");
  return { child, ended, namespaces, temporary, output: () => output };
}

async function expectNothingLeft(namespaces: ReadonlySet<string>, temporary: string): Promise<void> {
  await vi.waitFor(() => expect(processesIn(namespaces)).toEqual([]), { timeout: 120_000 });
  expect(readdirSync(temporary)).toEqual([]);
  const scratch = path.join(cacheFolder(), "scratch");
  expect(readdirSync(scratch)).toEqual([]);
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(scratch);
}

describe.runIf(await hasLane())("a run that ends early", () => {
  test("leaves nothing behind when it is killed", async () => {
    const { child, ended, namespaces, temporary } = await startWaiting();
    child.kill("SIGKILL");
    await ended;
    await expectNothingLeft(namespaces, temporary);
  });

  test("lets the script handle Ctrl-C", async () => {
    const { child, ended, namespaces, temporary, output } = await startWaiting("handle");
    pressCtrlC(child);
    expect(await ended).toEqual([9, null]);
    expect(output()).toBe("waiting\ninterrupted\n");
    await expectNothingLeft(namespaces, temporary);
  });

  test("ends by Ctrl-C a script that does not handle it", async () => {
    const { child, ended, namespaces, temporary } = await startWaiting();
    pressCtrlC(child);
    expect(await ended).toEqual([130, null]);
    await expectNothingLeft(namespaces, temporary);
  });

  test("ends by a second Ctrl-C a script that ignores the first", async () => {
    const { child, ended, namespaces, temporary, output } = await startWaiting("ignore");
    pressCtrlC(child);
    await vi.waitUntil(() => output().includes("interrupted"), { timeout: 120_000 });
    await sleep(BETWEEN_PRESSES_MS);
    expect(child.exitCode).toBe(null);
    pressCtrlC(child);
    expect(await ended).toEqual([130, null]);
    await expectNothingLeft(namespaces, temporary);
  });
});
