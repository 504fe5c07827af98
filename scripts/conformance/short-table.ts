import { type ConformanceRun, passedOf, transportsOf } from "./conformance-run.ts";

/**
 * Returns a line for each system: how many cases passed over each transport, in one process and
 * between two; a dash for what was left out.
 */
export function shortTable(runs: readonly ConformanceRun[]): string {
  if (runs.length === 0) return "";
  const transports = [...new Set(runs.flatMap((run) => transportsOf(run).map(({ transport }) => transport)))];
  const rows = runs.map((run) => [run.system, ...transports.map((transport) => cell(run, transport))]);
  const table = [["", ...transports], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const total = passedOf(runs.flatMap(({ executions }) => executions));
  return ["", "Conformance cases passed (in one process + between two)", ...lines, `${total} in all`].join(
    "\n",
  );
}

function cell(run: ConformanceRun, transport: string): string {
  const passed = (processes: 1 | 2) => {
    const own = run.executions.filter((each) => each.transport === transport && each.processes === processes);
    return own.length === 0 ? undefined : passedOf(own);
  };
  const [one, two] = [passed(1), passed(2)];
  return two === undefined ? (one ?? "-") : `${one ?? "-"} + ${two}`;
}
