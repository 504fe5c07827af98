import { styleText } from "node:util";
import {
  ConfigError,
  type Diagnostic,
  displayPath,
  type GenerateResult,
  type Progress,
} from "@crosspane/codegen";

export interface ReportOptions {
  /** Paths are printed relative to it. */
  readonly cwd: string;
  readonly quiet: boolean;
  readonly color: boolean;
  /** True to show the current file, on a line that is overwritten. */
  readonly progress: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The output of the command. */
export interface Report {
  progress(progress: Progress): void;
  result(result: GenerateResult): void;
  /** Prints why a run failed. */
  failure(error: unknown): void;
  note(text: string): void;
}

type Style = "green" | "dim" | "red";

const styles = { written: "green", unchanged: "dim", drifted: "red" } as const;

const clearLine = "\r\u001b[2K";

/** Makes the report of one invocation. */
export function createReport(options: ReportOptions): Report {
  const { cwd, quiet, out, err } = options;
  const paint = (style: Style, text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const showsProgress = options.progress && !quiet;
  let started = performance.now();
  const endProgress = () => {
    if (showsProgress) err(clearLine);
  };

  return {
    progress({ stage, file, index, total }) {
      if (stage === "read" && index === 1) started = performance.now();
      if (showsProgress) err(`${clearLine}${paint("dim", `${stage} ${index}/${total} ${file}`)}`);
    },
    result(result) {
      endProgress();
      for (const { path, status } of result.files) {
        const line = `${paint(styles[status], status.padEnd(9))} ${displayPath(path, cwd)}\n`;
        if (status === "drifted") err(line);
        else if (!quiet) out(line);
      }
      for (const diagnostic of result.diagnostics) {
        err(`${formatDiagnostic(diagnostic, cwd).replace(diagnostic.id, paint("red", diagnostic.id))}\n`);
      }
      for (const contract of result.undeclared) {
        err(`${undeclaredWarning(displayPath(contract, cwd))}\n`);
      }
      if (!quiet) out(`${summarize(result, performance.now() - started)}\n`);
    },
    failure(error) {
      endProgress();
      const text = error instanceof ConfigError ? error.message : String((error as Error)?.stack ?? error);
      err(`${paint("red", "crosspane:")} ${text}\n`);
    },
    note(text) {
      if (!quiet) out(`${paint("dim", text)}\n`);
    },
  };
}

/**
 * Returns one diagnostic on one line:
 * `src/x.service.ts:12:3 CP1106 Inventory.get: reason. Remedy: what to do.`
 */
export function formatDiagnostic({ at, id, where, reason, remedy }: Diagnostic, cwd: string): string {
  const place = `${displayPath(at.file, cwd)}:${at.line}:${at.column}`;
  return `${place} ${id} ${where.replace(/:?\s*$/, "")}: ${reason}. Remedy: ${remedy}.`;
}

function undeclaredWarning(contract: string): string {
  return `crosspane: no package.json above ${contract} declares the package that its generated module imports: install @crosspane/transports in that project`;
}

function summarize({ files, diagnostics, scanned }: GenerateResult, elapsedMs: number): string {
  const failed = new Set(diagnostics.map((diagnostic) => diagnostic.contract)).size;
  if (files.length === 0 && failed === 0) {
    const remedy = "write `/** @service */` above an interface of a file that tsconfig.json includes";
    return `no interface is tagged @service in ${count(scanned, "file")}; ${remedy}`;
  }
  const statuses = ["written", "unchanged", "drifted"] as const;
  const parts = statuses.flatMap((status) => {
    const number = files.filter((file) => file.status === status).length;
    return number === 0 ? [] : [`${number} ${status}`];
  });
  if (failed > 0) parts.push(`${failed} failed with ${count(diagnostics.length, "problem")}`);
  return `${count(files.length + failed, "contract")}: ${parts.join(", ")} (${(elapsedMs / 1000).toFixed(1)} s)`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
