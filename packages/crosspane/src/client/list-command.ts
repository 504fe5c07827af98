import type { PeerService, ServiceDefinition } from "@crosspane/core";
import { Command } from "commander";
import { findModules, type GeneratedModule, importService } from "../contracts/load-services.js";
import { signatureOf } from "../contracts/signature.js";
import { UsageError } from "../usage-error.js";
import { type ConnectionFlags, withConnectionFlags } from "./connection-flags.js";
import { printLine, printValue } from "./print.js";
import { printError, runCommand } from "./run-command.js";

interface ListFlags extends ConnectionFlags {
  readonly contract: readonly string[];
  readonly json?: boolean;
}

/** Makes the command `list`. */
export function listCommand(onExit: (code: number) => void): Command {
  const command = new Command("list")
    .description("list the services and methods of a server, with signatures if their contract is at hand")
    .argument("<endpoint>", "such as pipe:NAME, shm:NAME, auto:NAME, tcp://127.0.0.1:PORT")
    .option(
      "-c, --contract <file>",
      "generated module (*.crosspane.ts) of a service; by default those in this folder are searched",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option("--json", "print names and fingerprints as JSON");
  return withConnectionFlags(command).action(async (endpoint: string, flags: ListFlags) =>
    onExit(
      await runCommand(endpoint, flags, {
        prepare: (signal) => findModules({ cwd: process.cwd(), files: flags.contract, signal }),
        run: async (modules, { connection, signal }) => {
          if (flags.json === true) return printValue(connection.peerServices, { raw: false, compact: false });
          for (const offered of connection.peerServices) {
            signal.throwIfAborted();
            const contract = await contractOf(offered.name, modules);
            for (const line of describe(offered, contract)) await printLine(line);
          }
        },
      }),
    ),
  );
}

async function contractOf(
  name: string,
  modules: readonly GeneratedModule[],
): Promise<ServiceDefinition<object> | undefined> {
  try {
    return (await importService(name, modules))?.definition;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printError(error.message);
    return undefined;
  }
}

/** Returns the lines for a service; a method in another version than the contract's is marked. */
export function describe(
  { name, methods }: PeerService,
  contract: ServiceDefinition<object> | undefined,
): readonly string[] {
  const lines = [name];
  for (const method of methods) {
    const own = contract?.methods.find((each) => each.name === method.name);
    if (own === undefined)
      lines.push(`  ${method.name}${contract === undefined ? "" : "  (not in the contract here)"}`);
    else if (own.fingerprint === method.fingerprint) lines.push(`  ${signatureOf(own)}`);
    else lines.push(`  ${method.name}  (another version than the contract here)`);
  }
  for (const own of contract?.methods ?? []) {
    if (!methods.some((method) => method.name === own.name))
      lines.push(`  ${own.name}  (missing at the server)`);
  }
  return lines;
}
