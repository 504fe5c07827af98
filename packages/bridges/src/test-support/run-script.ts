import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A running program of a test. */
export interface RunningScript {
  /** Resolves to what it printed, lines without their ends. */
  readonly lines: Promise<readonly string[]>;
  /** Resolves with its first line. */
  readonly begun: Promise<unknown>;
  kill(): void;
}

/** Starts a script on the script host of Windows. */
export function startScript(language: "js" | "vbs", ...text: readonly string[]): RunningScript {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "crosspane-")), `script.${language}`);
  // In ASCII, which is the same for every code page of a host.
  writeFileSync(file, `${text.join("\r\n")}\r\n`, "ascii");
  return startProgram("cscript.exe", "//nologo", file);
}

export async function runScript(
  language: "js" | "vbs",
  ...text: readonly string[]
): Promise<readonly string[]> {
  return startScript(language, ...text).lines;
}

/** Starts a program. */
export function startProgram(program: string, ...args: readonly string[]): RunningScript {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const begun = once(child.stdout, "data");
  begun.catch(() => {});
  const ended = once(child, "close");
  return {
    lines: ended.then(() => {
      const printed = Buffer.concat(chunks).toString("latin1");
      return printed.split(/\r?\n/).filter((line) => line !== "");
    }),
    begun,
    kill: () => child.kill("SIGKILL"),
  };
}
