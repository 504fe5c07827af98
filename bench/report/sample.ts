import type { PeerName } from "../peers/peers.js";
import type { Measure, ScenarioName } from "../scenarios/scenarios.js";

/** What one pair of processes has measured. */
export interface Sample {
  readonly peer: PeerName;
  readonly transport: string;
  readonly scenario: ScenarioName;
  /** From 1. */
  readonly sample: number;
  readonly measures: readonly Measure[];
}
