import type { PeerName } from "../peers/peers.js";
import type { Metric, Scenario } from "../scenarios/scenario.js";
import { type ScenarioName, scenarios } from "../scenarios/scenarios.js";
import { median } from "./median.js";
import type { Sample } from "./sample.js";

/** The samples of one cell together. */
export interface Row {
  readonly scenario: ScenarioName;
  readonly cell: string;
  readonly peer: PeerName;
  readonly transport: string;
  /** The median of each metric. */
  readonly values: Readonly<Partial<Record<Metric, number>>>;
  /** The largest divided by the smallest of the scenario's primary metric. */
  readonly range: number;
}

/** Brings samples together, in the order in which the first of each came. */
export function summarize(samples: readonly Sample[]): readonly Row[] {
  const groups = Map.groupBy(
    samples.flatMap(({ measures, ...sample }) => measures.map((measure) => ({ ...sample, ...measure }))),
    ({ scenario, cell, transport, peer }) => JSON.stringify([scenario, cell, transport, peer]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { scenario, cell, peer, transport } = first;
    const { metrics, primary }: Scenario = scenarios[scenario];
    const all = (metric: Metric) => group.flatMap(({ values }) => values[metric] ?? []);
    const values = Object.fromEntries(metrics.map((metric) => [metric, median(all(metric))]));
    const range = Math.max(...all(primary)) / Math.min(...all(primary));
    return [{ scenario, cell, peer, transport, values, range }];
  });
}

/** The value of one row; undefined if it was not measured. */
export function medianOf(
  rows: readonly Row[],
  metric: Metric,
  wanted: Omit<Row, "values" | "range">,
): number | undefined {
  return rows.find(
    ({ scenario, cell, peer, transport }) =>
      scenario === wanted.scenario &&
      cell === wanted.cell &&
      peer === wanted.peer &&
      transport === wanted.transport,
  )?.values[metric];
}
