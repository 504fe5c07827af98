import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { automationCommand } from "./automation/command.js";
import { callCommand } from "./client/call-command.js";
import { listCommand } from "./client/list-command.js";
import { pingCommand } from "./client/ping-command.js";
import { exitCodes } from "./exit-codes.js";
import { generateCommand } from "./generate/command.js";

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const onExit = (code: number) => {
    exitCode = code;
  };
  try {
    await createProgram(onExit).parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    // Commander has printed its message; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
}

function createProgram(onExit: (code: number) => void): Command {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("crosspane")
    .description(
      "Typed RPC between processes: generates stubs from TypeScript interfaces, and calls services",
    )
    .version(version)
    .exitOverride();
  for (const command of [generateCommand, callCommand, listCommand, pingCommand, automationCommand]) {
    program.addCommand(command(onExit).exitOverride());
  }
  return program;
}
