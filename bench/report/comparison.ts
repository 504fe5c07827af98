import type { Metric, Scenario } from "../scenarios/scenario.js";
import { type ScenarioName, scenarios } from "../scenarios/scenarios.js";
import { formatFactor, formatNumber, markdownTable, metricHeads } from "./format.js";
import type { Sample } from "./sample.js";
import { findRow, type Row, summarize } from "./summarize.js";
import { timesFaster } from "./times-faster.js";

/** Metrics that are compared beside the primary one of a scenario. */
const alsoCompared: readonly Metric[] = ["meanUs", "p99Us", "clientCpuUs", "serverCpuUs"];

/**
 * Makes a table for each scenario that was also measured with another checkout. It shows how many
 * times faster this one is, by the medians, and the range of the factors of the pairs of samples.
 * Empty if there was no other checkout.
 */
export function comparisonTables(samples: readonly Sample[]): string {
  const rows = summarize(samples);
  return (Object.keys(scenarios) as ScenarioName[])
    .map((name) => ({ name, table: tableOf(name, rows, samples) }))
    .filter(({ table }) => table !== undefined)
    .map(({ name, table }) => `### Against the other checkout (\`${name}\`)\n\n${table}`)
    .join("\n\n");
}

function tableOf(name: ScenarioName, rows: readonly Row[], samples: readonly Sample[]): string | undefined {
  const { metrics, primary }: Scenario = scenarios[name];
  const compared = metrics.filter((metric) => metric === primary || alsoCompared.includes(metric));
  const body = rows.flatMap((row) => {
    const other = findRow(rows, { ...row, peer: "against" });
    if (row.scenario !== name || row.peer !== "crosspane" || other === undefined) return [];
    const factors = compared.map((metric) => {
      const factor = timesFaster(metric, row.values[metric], other.values[metric]);
      return formatFactor(factor) + rangeText(factorsOfPairs(metric, row, samples));
    });
    const medians = [other, row].map(({ values }) => formatNumber(values[primary]));
    return [[row.cell, row.transport, ...medians, ...factors]];
  });
  if (body.length === 0) return undefined;
  const unit = metricHeads[primary];
  const head = [`${unit}, other`, `${unit}, this`, ...compared.map((metric) => `× ${metricHeads[metric]}`)];
  return markdownTable([["Call", "Transport", ...head], ...body], 2);
}

/**
 * Returns an empty string for no pairs: CPU times that are shorter than the system's steps have
 * none.
 */
function rangeText(factors: readonly number[]): string {
  if (factors.length === 0) return "";
  return ` (${formatNumber(Math.min(...factors))} to ${formatNumber(Math.max(...factors))})`;
}

/** Returns one factor for each number under which both checkouts have a sample. */
function factorsOfPairs(metric: Metric, row: Row, samples: readonly Sample[]): readonly number[] {
  const valuesOf = (peer: Row["peer"]) =>
    new Map(
      samples
        .filter((each) => each.peer === peer && each.transport === row.transport)
        .filter((each) => each.scenario === row.scenario)
        .map(({ sample, measures }) => [
          sample,
          measures.find(({ cell }) => cell === row.cell)?.values[metric],
        ]),
    );
  const others = valuesOf("against");
  return [...valuesOf("crosspane")].flatMap(
    ([sample, own]) => timesFaster(metric, own, others.get(sample)) ?? [],
  );
}
