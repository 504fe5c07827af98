import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { ConfigError, type GenerateOptions, type ImportExtension, importExtensions } from "./config.js";
import type { GenerateResult } from "./generate.js";
import { createReport, type Report } from "./report.js";

/**
 * 1: the contracts have problems or the generated files have drifted. 2: the command itself failed.
 */
const exitCodes = { ok: 0, problems: 1, usage: 2 } as const;

interface GenerateFlags {
  readonly project?: string;
  readonly importExtension: ImportExtension;
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(async (files, flags) => {
    exitCode = await runGenerate(files, flags);
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    // Commander has printed its message; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
}

function createProgram(action: (files: readonly string[], flags: GenerateFlags) => Promise<void>): Command {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("crosspane")
    .description(
      "Typed RPC between processes: generates client stubs and server skeletons from TypeScript interfaces",
    )
    .version(version)
    .exitOverride();
  program
    .command("generate")
    .description("write NAME.crosspane.ts beside every file with interfaces tagged @service")
    .argument("[files...]", "contract files or globs; by default all files of the tsconfig")
    .option("-p, --project <tsconfig>", "the tsconfig; by default the nearest tsconfig.json")
    .option("-w, --watch", "generate again whenever a contract changes")
    .option("-c, --check", "write nothing, and fail if a generated file is not up to date")
    .addOption(
      new Option("--import-extension <kind>", "how generated code imports the contract")
        .choices(importExtensions)
        .default("auto"),
    )
    .option("-q, --quiet", "print problems only")
    .option("--no-color", "print without colours")
    .action(action)
    .exitOverride();
  return program;
}

async function runGenerate(files: readonly string[], flags: GenerateFlags): Promise<number> {
  const report = createReport({
    cwd: process.cwd(),
    quiet: flags.quiet === true,
    // Only a terminal has colours, and it respects NO_COLOR:
    // https://nodejs.org/api/tty.html#writestreamhascolorscount-env
    color: flags.color && process.stdout.isTTY === true && process.stdout.hasColors(),
    progress: process.stderr.isTTY === true,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  const options: GenerateOptions = {
    files,
    check: flags.check === true,
    importExtension: flags.importExtension,
    onProgress: report.progress,
    ...(flags.project === undefined ? {} : { project: flags.project }),
  };
  if (flags.watch === true && flags.check === true) {
    report.failure(new ConfigError("--watch and --check exclude each other"));
    return exitCodes.usage;
  }
  return flags.watch === true ? runWatch(options, report) : runOnce(options, report);
}

async function runOnce(options: GenerateOptions, report: Report): Promise<number> {
  try {
    // The compiler takes long to load, so help and invalid options do not wait for it.
    const { generate } = await import("./generate.js");
    const result = await generate(options);
    report.result(result);
    if (!isClean(result)) return exitCodes.problems;
    if (options.check !== true || result.files.length > 0) return exitCodes.ok;
    report.failure(
      new ConfigError(
        "--check found no contract to check: name the contract files, or the tsconfig that has them",
      ),
    );
    return exitCodes.problems;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.failure(error);
    return exitCodes.usage;
  }
}

async function runWatch(options: GenerateOptions, report: Report): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  const { watchContracts } = await import("./watch.js");
  const watch = await watchContracts(options, { onResult: report.result, onError: report.failure });
  report.note("watching for changes, Ctrl-C ends");
  await stopped;
  await watch.close();
  return exitCodes.ok;
}

function isClean({ diagnostics, files }: GenerateResult): boolean {
  return diagnostics.length === 0 && files.every((file) => file.status !== "drifted");
}
