import { connect } from "./connect.js";
import { connections } from "./connections.js";
import { idle } from "./idle.js";
import { latency } from "./latency.js";
import { payload } from "./payload.js";
import type { Scenario } from "./scenario.js";
import { stream } from "./stream.js";
import { synchronous } from "./synchronous.js";
import { throughput } from "./throughput.js";

/** All scenarios, in the order of the report. */
export const scenarios = {
  latency,
  synchronous,
  throughput,
  payload,
  stream,
  connections,
  idle,
  connect,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
export type { Measure } from "./scenario.js";
