import {
  ConfigError,
  type GenerateOptions,
  type GenerateResult,
  generate,
  type ImportExtension,
  watchContracts,
} from "@crosspane/codegen";
import { exitCodes } from "../exit-codes.js";
import { createReport, type Report } from "./report.js";

/** Options of `crosspane generate`. */
export interface GenerateFlags {
  readonly project?: string;
  readonly importExtension: ImportExtension;
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** Runs `crosspane generate` and returns its exit code. */
export async function runGenerate(files: readonly string[], flags: GenerateFlags): Promise<number> {
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
    const result = await generate(options);
    report.result(result);
    if (!isClean(result)) return exitCodes.failed;
    if (options.check !== true || result.files.length > 0) return exitCodes.ok;
    report.failure(
      new ConfigError(
        "--check found no contract to check: name the contract files, or the tsconfig that has them",
      ),
    );
    return exitCodes.failed;
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
  const watch = await watchContracts(options, { onResult: report.result, onError: report.failure });
  report.note("watching for changes, Ctrl-C ends");
  await stopped;
  await watch.close();
  return exitCodes.ok;
}

function isClean({ diagnostics, files }: GenerateResult): boolean {
  return diagnostics.length === 0 && files.every((file) => file.status !== "drifted");
}
