import { type Connection, RpcError } from "@crosspane/transports";
import { exitCodes } from "../exit-codes.js";
import { UsageError } from "../usage-error.js";
import { toNotation } from "../values/notation.js";
import { type ConnectionFlags, open } from "./connection-flags.js";

/** Tools of a command that runs on a connection. */
export interface CommandContext {
  readonly connection: Connection;
  /** Aborted by Ctrl-C, and if nothing reads the output any more. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command on a connection, prints its error, and returns the exit code.
 * @param prepare runs before the connection is made; its result is given to `run`.
 */
export async function runCommand<T>(
  endpoint: string,
  flags: ConnectionFlags,
  prepare: () => Promise<T>,
  run: (prepared: T, context: CommandContext) => Promise<void>,
): Promise<number> {
  const abort = new AbortController();
  let exitCode: number | undefined;
  const stop = (code: number) => {
    exitCode ??= code;
    abort.abort();
  };
  process.once("SIGINT", () => stop(exitCodes.interrupted));
  process.once("SIGTERM", () => stop(exitCodes.interrupted));
  // The reader of a pipeline, such as `head`, may end first.
  process.stdout.once("error", () => stop(exitCodes.ok));
  let isConnected = false;
  try {
    const prepared = await prepare();
    const connection = await open(endpoint, flags, abort.signal);
    isConnected = true;
    try {
      await run(prepared, { connection, signal: abort.signal });
    } finally {
      await connection.close();
    }
    return exitCode ?? exitCodes.ok;
  } catch (error) {
    if (exitCode !== undefined) return exitCode;
    process.stderr.write(`crosspane: ${describe(error)}\n`);
    if (error instanceof UsageError || isInvalidEndpoint(error, isConnected)) return exitCodes.usage;
    return isConnected ? exitCodes.failed : exitCodes.noConnection;
  }
}

function isInvalidEndpoint(error: unknown, isConnected: boolean): boolean {
  return !isConnected && error instanceof RpcError && error.code === "invalidArgument";
}

function describe(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof RpcError) {
    const details = error.details === undefined ? "" : `\n${JSON.stringify(toNotation(error.details))}`;
    return `${error.code}: ${error.message}${details}`;
  }
  if (!(error instanceof Error)) return String(error);
  // Properties of a declared error class travel with it.
  const { message: _, stack: __, name: ___, cause: ____, ...fields } = { ...error } as Error;
  const shown = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(toNotation(fields))}`;
  return `${error.name === "Error" ? error.constructor.name : error.name}: ${error.message}${shown}`;
}
