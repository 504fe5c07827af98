import type { EchoClient } from "../peers/peer.js";
import type { PeerName } from "../peers/peers.js";
import type { Settings } from "../settings.js";

/** The environment of a scenario: a server that runs in another process. */
export interface Stage {
  connect(): Promise<EchoClient>;
  /** The CPU time that the server's process has used, in microseconds. */
  serverCpuTimeUs(): Promise<number>;
  readonly settings: Settings;
}

/** Metrics; the unit is in the name. */
export type Metric =
  | "p50Us"
  | "meanUs"
  | "p99Us"
  | "p999Us"
  | "maxUs"
  | "callsPerSecond"
  | "itemsPerSecond"
  | "megabytesPerSecond"
  | "clientCpuUs"
  | "serverCpuUs"
  | "clientCpuPercent"
  | "serverCpuPercent"
  | "firstConnectMs"
  | "connectMs"
  | "maxConnectMs";

/** One line of a scenario in one sample. */
export interface Measure {
  /** The load, such as "64 B, 8 in flight". */
  readonly cell: string;
  readonly values: Readonly<Partial<Record<Metric, number>>>;
}

export interface Scenario {
  readonly title: string;
  /** In the order of the report's columns. */
  readonly metrics: readonly Metric[];
  /** The metric by which peers are compared. */
  readonly primary: Metric;
  /** Peers that would show nothing here that others do not. */
  readonly leavesOut?: readonly PeerName[];
  /** Runs in the client's process. */
  run(stage: Stage): Promise<readonly Measure[]>;
}
