import { type CallOptions, withOptions } from "@crosspane/core";
import { Command, InvalidArgumentError } from "commander";
import { type ConnectionFlags, parseMilliseconds, withConnectionFlags } from "./connection-flags.js";
import { type PreparedCall, prepareCall } from "./prepare-call.js";
import { printValue } from "./print.js";
import { type CommandContext, runCommand } from "./run-command.js";

interface CallFlags extends ConnectionFlags {
  readonly contract: readonly string[];
  readonly timeout?: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly raw?: boolean;
}

/** Makes the command `call`. */
export function callCommand(onExit: (code: number) => void): Command {
  const command = new Command("call")
    .description("call a method and print its result as JSON; a stream prints one line for each item")
    .argument("<endpoint>", "such as pipe:NAME, shm:NAME, auto:NAME, tcp://127.0.0.1:PORT")
    .argument("<method>", "Service.method")
    .argument(
      "[args...]",
      'arguments as JSON5, or text; { "$date": "2026-01-31" }, { "$bytes": "base64" }, { "$file": "path" } and others for values beyond JSON',
    )
    .option(
      "-c, --contract <file>",
      "generated module (*.crosspane.ts) of the service; by default those in this folder are searched",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option("-t, --timeout <ms>", "deadline of the call in milliseconds", parseMilliseconds)
    .option("-m, --metadata <key=value>", "metadata of the call; may be repeated", addMetadata, {})
    .option("-r, --raw", "print text without quotes, and bytes as they are");
  return withConnectionFlags(command).action(
    async (endpoint: string, name: string, args: readonly string[], flags: CallFlags) =>
      onExit(
        await runCommand(endpoint, flags, {
          prepare: (signal) => prepareCall(name, args, { cwd: process.cwd(), files: flags.contract, signal }),
          run: call(flags),
        }),
      ),
  );
}

function call(flags: CallFlags) {
  return async ({ service, method, args }: PreparedCall, { connection, signal }: CommandContext) => {
    const options: CallOptions = { signal, metadata: flags.metadata, timeoutMs: flags.timeout };
    const client = withOptions(connection.client(service), options) as Readonly<
      Record<string, (...args: readonly unknown[]) => unknown>
    >;
    const raw = flags.raw === true;
    const result = client[method.name]?.(...args);
    if (method.kind === "stream") {
      for await (const item of result as AsyncIterable<unknown>)
        await printValue(item, { raw, compact: true });
      return;
    }
    if (method.kind === "notify") {
      return connection.flush({
        signal,
        ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout }),
      });
    }
    const value = await result;
    if (value !== undefined) await printValue(value, { raw, compact: false });
  };
}

function addMetadata(
  pair: string,
  earlier: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = pair.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("It must be of the form key=value.");
  return { ...earlier, [pair.slice(0, at)]: pair.slice(at + 1) };
}
