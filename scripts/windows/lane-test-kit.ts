/** Helpers that the tests of the lane share. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { repository } from "../repository.ts";
import { LaneUnavailableError } from "./lane-unavailable-error.ts";
import { prepareLane } from "./prepare-lane.ts";
import { runOnWindows } from "./run-on-windows.ts";
import type { WindowsRun } from "./windows-run.ts";

/**
 * True if the lane runs here. Otherwise `npm test` says so, and fails in continuous integration.
 */
export async function hasLane(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    await prepareLane();
    return true;
  } catch (error) {
    if (error instanceof LaneUnavailableError) return false;
    throw error;
  }
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export async function collect(run: WindowsRun): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const collected = Promise.all([buffer(stdout), buffer(stderr)]);
  const exitCode = await runOnWindows({ ...run, stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, err] = await collected;
  return { exitCode, stdout: out, stderr: err };
}

/** Starts `npm run windows` as a user would, without npm. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [path.join(repository, "scripts/bootstrap.mjs"), "windows", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    // It gets a process group of its own, which a test can signal as a terminal does.
    detached: true,
  });
}

/**
 * Simulates a terminal at Ctrl-C: it signals every process of the group, while each parent passes
 * the signal on as well.
 */
export function pressCtrlC(command: ChildProcess): void {
  if (command.pid !== undefined) process.kill(-command.pid, "SIGINT");
}

/**
 * Returns the process namespaces below a process: everything that runs in one of its lanes is in
 * one of them.
 */
export function laneNamespaces(pid: number): ReadonlySet<string> {
  const own = namespaceOf("self");
  const found = new Set<string>();
  for (const child of descendants(pid)) {
    const namespace = namespaceOf(child);
    if (namespace !== undefined && namespace !== own) found.add(namespace);
  }
  return found;
}

export function processesIn(namespaces: ReadonlySet<string>): readonly string[] {
  return allProcesses().filter((pid) => namespaces.has(namespaceOf(pid) ?? ""));
}

function descendants(pid: number): readonly string[] {
  const children = allProcesses().filter((candidate) => parentOf(candidate) === String(pid));
  return children.flatMap((child) => [child, ...descendants(Number(child))]);
}

function allProcesses(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function parentOf(pid: string): string | undefined {
  // The name before it may contain anything, a parenthesis too.
  return /.*\) \S (\d+)/s.exec(readOrNothing(`/proc/${pid}/stat`))?.[1];
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
}
