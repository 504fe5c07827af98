import type { Metric, Scenario } from "../scenarios/scenario.js";
import { type ScenarioName, scenarios } from "../scenarios/scenarios.js";
import { formatFactor, formatNumber, markdownTable, metricHeads } from "./format.js";
import { findRow, type Row } from "./summarize.js";
import { timesFaster } from "./times-faster.js";

/** Returns one table for each scenario that was measured. */
export function scenarioTables(rows: readonly Row[]): string {
  return (Object.keys(scenarios) as ScenarioName[])
    .filter((name) => rows.some(({ scenario }) => scenario === name))
    .map((name) => `### ${scenarios[name].title} (\`${name}\`)\n\n${tableOf(name, rows)}`)
    .join("\n\n");
}

function tableOf(name: ScenarioName, rows: readonly Row[]): string {
  const { metrics, primary }: Scenario = scenarios[name];
  const head = [
    ...["Call", "Transport", "Peer"],
    ...metrics.map((metric) => metricHeads[metric]),
    ...["best sample", "max/min", "× hand-written pipe", "× raw of the same"],
  ];
  const body = rows
    .filter(({ scenario }) => scenario === name)
    .toSorted(byCellThenTransport(rows))
    .map((row) => [
      ...[row.cell, row.transport, row.peer],
      ...metrics.map((metric) => formatNumber(row.values[metric])),
      formatNumber(row.best),
      formatNumber(row.range),
      formatFactor(timesBetter(rows, { row, metric: primary }, { peer: "hand-written", transport: "pipe" })),
      formatFactor(timesBetter(rows, { row, metric: primary }, { peer: "raw", transport: row.transport })),
    ]);
  return markdownTable([head, ...body], 3);
}

/** Returns the order of the first sample, whatever failed or came in reverse later. */
function byCellThenTransport(rows: readonly Row[]): (a: Row, b: Row) => number {
  const orderOf = (key: "cell" | "transport" | "peer") => [...new Set(rows.map((row) => row[key]))];
  const [cells, transports, peers] = [orderOf("cell"), orderOf("transport"), orderOf("peer")];
  const place = (row: Row) =>
    (cells.indexOf(row.cell) * transports.length + transports.indexOf(row.transport)) * peers.length +
    peers.indexOf(row.peer as string);
  return (a, b) => place(a) - place(b);
}

/**
 * Returns how many times a row is faster than another one of the same cell; below 1 it is slower.
 */
function timesBetter(
  rows: readonly Row[],
  { row, metric }: { readonly row: Row; readonly metric: Metric },
  other: Pick<Row, "peer" | "transport">,
): number | undefined {
  // Both are next to nothing, so neither is a multiple of the other.
  if (row.scenario === "idle") return undefined;
  return timesFaster(metric, row.values[metric], findRow(rows, { ...row, ...other })?.values[metric]);
}
