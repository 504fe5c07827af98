import type { PeerName } from "../peers/peers.js";
import type { Measure, ScenarioName } from "../scenarios/scenarios.js";
import type { Effort } from "../settings.js";

/** The task of one pair of fresh processes. */
export interface Task {
  readonly peer: PeerName;
  /** An endpoint that no other program uses. */
  readonly endpoint: string;
  readonly scenario: ScenarioName;
  readonly effort: Effort;
}

/** From the client's process to the harness, which closes the channel after the result. */
export interface Done {
  readonly measures: readonly Measure[];
}

/** From the server's process to the client's. */
export type FromServer =
  | { readonly kind: "ready"; readonly endpoint: string }
  | { readonly kind: "cpu"; readonly us: number };

/** From the client's process to the server's. */
export type ToServer = { readonly kind: "cpu" };
