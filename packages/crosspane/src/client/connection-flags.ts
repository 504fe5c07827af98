import { readFileSync } from "node:fs";
import { type Connection, connect } from "@crosspane/transports";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../usage-error.js";

/** Options of every command that connects. */
export interface ConnectionFlags {
  readonly secretFile?: string;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

const defaultConnectTimeoutMs = 5_000;

/** Adds the options of {@link ConnectionFlags}. */
export function withConnectionFlags(command: Command): Command {
  return command
    .option(
      "--secret-file <path>",
      "file with the secret that both sides share; a final newline is not part of it",
    )
    .option(
      "--connect-timeout <ms>",
      "milliseconds to wait for the server",
      parseMilliseconds,
      defaultConnectTimeoutMs,
    );
}

/**
 * Connects to an endpoint.
 * @throws {UsageError} if the secret cannot be read.
 * @throws {RpcError} as `connect`.
 */
export async function open(
  endpoint: string,
  flags: ConnectionFlags,
  signal?: AbortSignal,
): Promise<Connection> {
  const secret = flags.secretFile === undefined ? undefined : readSecret(flags.secretFile);
  return connect(endpoint, {
    timeoutMs: flags.connectTimeout,
    ...(secret === undefined ? {} : { secret }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads a whole number of milliseconds. */
export function parseMilliseconds(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError("It must be a whole number of milliseconds.");
  }
  return number;
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new UsageError(`cannot read the secret: ${(error as Error).message}`);
  }
}
