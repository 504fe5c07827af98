import type { Metric } from "../scenarios/scenario.js";
import { formatNumber, markdownTable } from "./format.js";
import { medianOf, type Row } from "./summarize.js";

/** What a transport is held to. */
interface Target {
  readonly what: string;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Undefined if it was not measured. */
  readonly measure: (rows: readonly Row[]) => number | undefined;
}

type Wanted = Omit<Row, "values" | "range">;
const p50Of = (peer: Row["peer"], transport: string) => (rows: readonly Row[]) =>
  medianOf(rows, "p50Us", { scenario: "latency", cell: "64 B", peer, transport });
const callsOf = (transport: string) => (rows: readonly Row[]) =>
  medianOf(rows, "callsPerSecond", {
    ...{ scenario: "throughput", cell: "64 B, 64 in flight" },
    ...{ peer: "crosspane", transport },
  });

const targets: readonly Target[] = [
  { what: "shm, one call at a time, p50", unit: "µs", atMost: 4, measure: p50Of("crosspane", "shm") },
  {
    what: "shm, times faster than the hand-written pipe RPC, p50",
    unit: "×",
    atLeast: 100,
    measure: (rows) => quotient(p50Of("hand-written", "pipe")(rows), p50Of("crosspane", "shm")(rows)),
  },
  { what: "shm, 64 in flight", unit: "calls/s", atLeast: 600_000, measure: callsOf("shm") },
  ...(["client", "server"] as const).map(
    (side): Target => ({
      what: `shm, idle CPU of the ${side}`,
      unit: "%",
      // What rounds to 0.0.
      atMost: 0.05,
      measure: (rows) => ofShm(rows, "idle", `${side}CpuPercent`),
    }),
  ),
  {
    what: "shm, from connect to the first reply",
    unit: "ms",
    atMost: 20,
    measure: (rows) => ofShm(rows, "connect", "connectMs"),
  },
  {
    what: "shm, the same, first of the process",
    unit: "ms",
    atMost: 20,
    measure: (rows) => ofShm(rows, "connect", "firstConnectMs"),
  },
  {
    what: "pipe, p50 as a multiple of the raw echo's",
    unit: "×",
    atMost: 1.15,
    measure: (rows) => quotient(p50Of("crosspane", "pipe")(rows), p50Of("raw", "pipe")(rows)),
  },
  { what: "pipe, 64 in flight", unit: "calls/s", atLeast: 100_000, measure: callsOf("pipe") },
];

/** What was aimed at and what came out. A miss says by what factor. */
export function verdictTable(rows: readonly Row[]): string {
  const body = targets.map((target) => {
    const value = target.measure(rows);
    const bound = target.atMost ?? target.atLeast;
    const sign = target.atMost === undefined ? "≥" : "≤";
    const measured = value === undefined ? "" : `${formatNumber(value)} ${target.unit}`;
    return [
      target.what,
      verdictOf(target, value),
      `${sign} ${bound?.toLocaleString("en-US")} ${target.unit}`,
      measured,
    ];
  });
  return markdownTable([["Target", "Verdict", "Aimed at", "Measured"], ...body], 2);
}

function verdictOf({ atMost, atLeast }: Target, value: number | undefined): string {
  if (value === undefined) return "not measured";
  const factor = atMost === undefined ? (atLeast ?? 0) / value : value / atMost;
  return factor <= 1 ? "met" : `missed by a factor of ${formatNumber(factor)}`;
}

function ofShm(rows: readonly Row[], scenario: Wanted["scenario"], metric: Metric): number | undefined {
  return rows.find((row) => row.scenario === scenario && row.transport === "shm" && row.peer === "crosspane")
    ?.values[metric];
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
