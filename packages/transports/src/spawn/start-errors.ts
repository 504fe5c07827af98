import { RpcError } from "@crosspane/core";
import { nodeErrorCode } from "../node-error.js";

/** What `connect` is told when the system does not start a program. */
export function notStarted(command: string, cause: unknown): RpcError {
  if (cause instanceof RpcError) return cause;
  const code = nodeErrorCode(cause);
  const shown = JSON.stringify(command);
  if (code === "ENOENT") {
    const text = `connect: spawn.command ${shown} is no program that can be found, or spawn.cwd is no folder (ENOENT)`;
    return new RpcError("invalidArgument", text, { cause });
  }
  const text = `connect: spawn.command ${shown} could not be started (${code ?? String(cause)})`;
  const refused = code === "EACCES" || code === "EPERM";
  return new RpcError(refused ? "permissionDenied" : "unavailable", text, { cause });
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
