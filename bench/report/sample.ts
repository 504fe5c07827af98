import type { PeerName } from "../peers/peers.js";
import type { Measure, ScenarioName } from "../scenarios/scenarios.js";

/** The measurements of one pair of processes. */
export interface Sample {
  readonly peer: PeerName;
  readonly transport: string;
  readonly scenario: ScenarioName;
  /** Counted from 1. */
  readonly sample: number;
  readonly measures: readonly Measure[];
}
