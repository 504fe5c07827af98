import { ConfigError, type GenerateResult } from "@crosspane/codegen";
import { describe, expect, it } from "vitest";
import { createReport, formatDiagnostic, type ReportOptions } from "./report.js";

const cwd = process.cwd().replaceAll("\\", "/");
const diagnostic = {
  id: "CP1106",
  where: "A.get: result",
  reason: "it returns string",
  remedy: "return a Promise",
  at: { file: `${cwd}/a.service.ts`, line: 3, column: 20 },
  contract: `${cwd}/a.service.ts`,
};
const result: GenerateResult = {
  files: [
    { path: `${cwd}/b.crosspane.ts`, text: "", status: "written" },
    { path: `${cwd}/c.crosspane.ts`, text: "", status: "drifted" },
  ],
  diagnostics: [diagnostic],
  undeclared: [],
  inputs: [],
  scanned: 9,
};

function record(options: Partial<ReportOptions>) {
  const printed = { out: "", err: "" };
  const report = createReport({
    cwd,
    quiet: false,
    color: false,
    progress: false,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    ...options,
  });
  return { report, printed };
}

describe("the report", () => {
  it("prints files and the summary to the output, problems and drift to the errors", () => {
    const { report, printed } = record({});
    report.result(result);
    expect(printed.out).toMatch(
      /^written {3}b\.crosspane\.ts\n3 contracts: 1 written, 1 drifted, 1 failed with 1 problem \(/,
    );
    expect(printed.err).toBe(`drifted   c.crosspane.ts\n${formatDiagnostic(diagnostic, cwd)}\n`);
  });

  it("prints problems and drift only when it is quiet", () => {
    const { report, printed } = record({ quiet: true, progress: true });
    report.progress({ stage: "read", file: "a.ts", index: 1, total: 2 });
    report.result(result);
    report.note("watching");
    expect(printed.out).toBe("");
    expect(printed.err).toMatch(/^drifted .*\n.*CP1106.*\n$/);
  });

  it("warns of generated modules that import what their project does not declare", () => {
    const { report, printed } = record({});
    report.result({ ...result, files: [], diagnostics: [], undeclared: [`${cwd}/src/a.service.ts`] });
    expect(printed.err).toMatch(
      /^crosspane: no package\.json above src\/a\.service\.ts declares .+: install @crosspane\/transports .+\n$/,
    );
  });

  it("shows progress on one line of a terminal and clears it", () => {
    const { report, printed } = record({ progress: true });
    report.progress({ stage: "read", file: "a.ts", index: 1, total: 2 });
    report.result({ ...result, files: [], diagnostics: [] });
    expect(printed.err).toBe("\r\u001b[2Kread 1/2 a.ts\r\u001b[2K");
    expect(printed.out).toBe(
      "no interface is tagged @service in 9 files; write `/** @service */` above an interface of a file that tsconfig.json includes\n",
    );
  });

  it("has colours if they are enabled", () => {
    const { report, printed } = record({ color: true });
    report.result(result);
    expect(printed.out).toContain("\u001b[32mwritten");
    expect(printed.err).toContain("\u001b[31mCP1106");
  });

  it("prints a sentence for an error that the user can fix, and the stack of any other", () => {
    const { report, printed } = record({});
    report.failure(new ConfigError("there is no tsconfig"));
    expect(printed.err).toBe("crosspane: there is no tsconfig\n");
    report.failure(new TypeError("a bug"));
    expect(printed.err).toMatch(/TypeError: a bug\n {4}at /);
  });
});

it("a diagnostic is one line with place, id, reason and remedy", () => {
  expect(formatDiagnostic(diagnostic, cwd)).toBe(
    "a.service.ts:3:20 CP1106 A.get: result: it returns string. Remedy: return a Promise.",
  );
});
