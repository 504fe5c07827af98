import type { PeerName } from "../peers/peers.js";
import type { Metric, Scenario } from "../scenarios/scenario.js";
import { type ScenarioName, scenarios } from "../scenarios/scenarios.js";
import { growsWithSpeed } from "./format.js";
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
  /** The best of the scenario's primary metric. */
  readonly best: number;
  /** The largest of it divided by the smallest. */
  readonly range: number;
}

/** Groups samples, in the order in which the first of each came. */
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
    const [smallest, largest] = [Math.min(...all(primary)), Math.max(...all(primary))];
    const best = growsWithSpeed(primary) ? largest : smallest;
    return [{ scenario, cell, peer, transport, values, best, range: largest / smallest }];
  });
}

/** Identifies a row. */
export type RowKey = Pick<Row, "scenario" | "cell" | "peer" | "transport">;

/** Returns one row; undefined if it was not measured. */
export function findRow(rows: readonly Row[], wanted: RowKey): Row | undefined {
  return rows.find(
    ({ scenario, cell, peer, transport }) =>
      scenario === wanted.scenario &&
      cell === wanted.cell &&
      peer === wanted.peer &&
      transport === wanted.transport,
  );
}
