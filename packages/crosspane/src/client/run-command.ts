import { type Connection, RpcError } from "@crosspane/transports";
import { exitCodes } from "../exit-codes.js";
import { UsageError } from "../usage-error.js";
import { toNotation } from "../values/notation.js";
import { type ConnectionFlags, open } from "./connection-flags.js";
import { printable } from "./print.js";

/** Tools of a command that runs on a connection. */
export interface CommandContext {
  readonly connection: Connection;
  /** Aborted by Ctrl-C, and if the output cannot be written. */
  readonly signal: AbortSignal;
}

/** The work of a command before and after it has a connection. */
export interface CommandSteps<T> {
  readonly prepare: (signal: AbortSignal) => Promise<T>;
  readonly run: (prepared: T, context: CommandContext) => Promise<void>;
}

/** Runs a command on a connection, prints its error, and returns the exit code. */
export async function runCommand<T>(
  endpoint: string,
  flags: ConnectionFlags,
  { prepare, run }: CommandSteps<T>,
): Promise<number> {
  const abort = new AbortController();
  let stopCode: number | undefined;
  const stop = (code: number) => {
    stopCode ??= code;
    abort.abort();
  };
  process.once("SIGINT", () => stop(exitCodes.interrupted));
  process.once("SIGTERM", () => stop(exitCodes.terminated));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of a pipeline, such as `head`, may end first.
    if (error.code === "EPIPE") return stop(exitCodes.ok);
    if (stopCode === undefined) printError(`cannot write the output: ${error.message}`);
    stop(exitCodes.failed);
  });
  let failureCode: number = exitCodes.usage;
  try {
    const prepared = await prepare(abort.signal);
    failureCode = exitCodes.noConnection;
    const connection = await open(endpoint, flags, abort.signal);
    failureCode = exitCodes.failed;
    try {
      await run(prepared, { connection, signal: abort.signal });
    } finally {
      await connection.close(abort.signal.aborted ? { drainMs: 0 } : {});
    }
    return stopCode ?? exitCodes.ok;
  } catch (error) {
    if (stopCode !== undefined) return stopCode;
    printError(describe(error));
    const isInvalid = failureCode === exitCodes.noConnection && isInvalidEndpoint(error);
    return isInvalid || error instanceof UsageError ? exitCodes.usage : failureCode;
  }
}

/** Prints an error of the command. */
export function printError(text: string): void {
  process.stderr.write(`crosspane: ${printable(text)}\n`);
}

function isInvalidEndpoint(error: unknown): boolean {
  return error instanceof RpcError && error.code === "invalidArgument";
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
