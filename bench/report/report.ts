import { comparisonTables } from "./comparison.js";
import type { Machine } from "./machine.js";
import type { Sample } from "./sample.js";
import { scenarioTables } from "./scenario-tables.js";
import { summarize } from "./summarize.js";
import { verdictTable } from "./verdicts.js";

/** The results of a run; written as JSON, shown as Markdown. */
export interface Report {
  /** Start of the run, as ISO 8601. */
  readonly date: string;
  readonly minutes: number;
  readonly options: object;
  readonly machine: Machine;
  /** Identifies the measured code, if it is known. */
  readonly commit?: string | undefined;
  readonly leftOut: readonly string[];
  readonly failures: readonly string[];
  readonly samples: readonly Sample[];
}

export function reportText(report: Report): string {
  const rows = summarize(report.samples);
  const comparison = comparisonTables(report.samples);
  return [
    "## Benchmark",
    list([describe(report.machine), describeClock(report.machine), describeRun(report)]),
    ...section("Left out", report.leftOut),
    ...section("Failed", report.failures),
    scenarioTables(rows),
    ...(comparison === "" ? ["### Targets", verdictTable(rows)] : [comparison]),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function describe({ cpu, cores, memoryGiB, system, wine, node, arch }: Machine): string {
  const under = wine === undefined ? "" : ` (${wine})`;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${system}${under}; Node ${node} ${arch}`;
}

function describeClock({ clock: { stepNs, readNs } }: Machine): string {
  return `clock: steps of ${stepNs} ns, ${readNs} ns to read it, once in each timed call`;
}

function describeRun({ date, minutes, samples, commit }: Report): string {
  const count = Math.max(0, ...samples.map(({ sample }) => sample));
  const of = count === 1 ? "one sample" : `medians of ${count} samples`;
  const at = commit === undefined ? "" : `; commit ${commit}`;
  return `${of}, each in fresh processes; ${date.slice(0, 10)}, ${minutes.toFixed(1)} minutes${at}`;
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`### ${title}`, list(items)];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}
