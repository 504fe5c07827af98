import type { PeerName } from "../peers/peers.js";
import type { Measure, ScenarioName } from "../scenarios/scenarios.js";
import type { Effort } from "../settings.js";

/** What one pair of fresh processes has to do. */
export interface Task {
  readonly peer: PeerName;
  /** Which nobody else uses. */
  readonly endpoint: string;
  readonly scenario: ScenarioName;
  readonly effort: Effort;
}

/** From the client's process to the harness, which closes the channel when it has it. */
export interface Done {
  readonly measures: readonly Measure[];
}

/** From the server's process to the client's. */
export type FromServer =
  | { readonly kind: "ready"; readonly endpoint: string }
  | { readonly kind: "cpu"; readonly us: number };

/** From the client's process to the server's. */
export type ToServer = { readonly kind: "cpu" };
