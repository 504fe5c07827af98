import { statSync } from "node:fs";
import { type Code, RpcError } from "@crosspane/core";
import { nodeErrorCode } from "../errors/node-error.js";

/** Error codes of the system for a shortage that may be temporary. */
const shortages: ReadonlySet<unknown> = new Set([
  "EAGAIN",
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "ENOSPC",
]);

/**
 * Creates the error for a program that the system does not start. `connect` does not retry any of
 * its codes.
 * @param cwd the folder that it was to run in.
 */
export function notStarted(command: string, cwd: string, cause: unknown): RpcError {
  if (cause instanceof RpcError) return cause;
  const code = nodeErrorCode(cause) ?? String(cause);
  const text = `connect: spawn.command ${JSON.stringify(command)} cannot be started: ${whyNot(code, cwd)}`;
  return new RpcError(codeOf(code), text, { cause });
}

function codeOf(code: string): Code {
  if (code.startsWith("ERR_INVALID_ARG")) return "invalidArgument";
  return shortages.has(code) ? "resourceExhausted" : "failedPrecondition";
}

function whyNot(code: string, cwd: string): string {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return `spawn.cwd ${cwd} is not a folder (${code})`;
  }
  if (code === "ENOENT") return "there is no such program (ENOENT)";
  if (code === "EACCES" || code === "EPERM") return `the system does not let this user run it (${code})`;
  return `the system says ${code}`;
}

/** `process 4711, ended with exit code 1`. */
export function describeProcess(child: {
  readonly pid?: number | undefined;
  readonly exitCode: number | null;
  readonly signalCode: string | null;
}): string {
  const { pid, exitCode, signalCode } = child;
  if (exitCode !== null) return `process ${pid}, ended with exit code ${exitCode}`;
  return signalCode === null ? `process ${pid}, still runs` : `process ${pid}, was ended by ${signalCode}`;
}
