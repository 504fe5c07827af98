import type { Metric } from "../scenarios/scenario.js";
import { formatNumber, markdownTable } from "./format.js";
import { findRow, type Row, type RowKey } from "./summarize.js";

/** A target of a transport. */
interface Target {
  readonly what: string;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly metric: Metric;
  readonly of: RowKey;
  /** The value is a quotient of two rows: `of` by this, or this by `of`. */
  readonly over?: RowKey;
  readonly under?: RowKey;
}

/** Samples with a larger spread come from a machine with other load. */
const stableRange = 1.35;

const latencyOf = (peer: Row["peer"], transport: string): RowKey => ({
  ...{ scenario: "latency", cell: "64 B" },
  ...{ peer, transport },
});
const manyOf = (transport: string): RowKey => ({
  ...{ scenario: "throughput", cell: "64 B, 64 in flight" },
  ...{ peer: "crosspane", transport },
});
const streamOf = (transport: string): RowKey => ({
  ...{ scenario: "stream", cell: "1 KiB items, to the client" },
  ...{ peer: "crosspane", transport },
});
const shm = { peer: "crosspane", transport: "shm" } as const;
const idle: RowKey = { scenario: "idle", cell: "100 connections", ...shm };
const connect: RowKey = { scenario: "connect", cell: "64 B", ...shm };
const shmLatency = latencyOf("crosspane", "shm");

const targets: readonly Target[] = [
  { what: "shm, one call at a time, p50", unit: "µs", atMost: 4, metric: "p50Us", of: shmLatency },
  {
    ...{ what: "shm, times faster than the hand-written pipe RPC, p50", unit: "×", atLeast: 100 },
    ...{ metric: "p50Us", of: shmLatency, under: latencyOf("hand-written", "pipe") },
  },
  {
    ...{ what: "shm, 64 in flight", unit: "calls/s", atLeast: 600_000 },
    ...{ metric: "callsPerSecond", of: manyOf("shm") },
  },
  // Rounds to 0.0.
  { what: "shm, idle CPU of the client", unit: "%", atMost: 0.05, metric: "clientCpuPercent", of: idle },
  { what: "shm, idle CPU of the server", unit: "%", atMost: 0.05, metric: "serverCpuPercent", of: idle },
  {
    ...{ what: "shm, from connect to the first reply", unit: "ms", atMost: 20 },
    ...{ metric: "connectMs", of: connect },
  },
  {
    ...{ what: "shm, the same with loading its modules", unit: "ms", atMost: 20 },
    ...{ metric: "firstConnectMs", of: connect },
  },
  {
    ...{ what: "pipe, p50 as a multiple of the raw echo's", unit: "×", atMost: 1.15 },
    ...{ metric: "p50Us", of: latencyOf("crosspane", "pipe"), over: latencyOf("raw", "pipe") },
  },
  {
    ...{ what: "pipe, 64 in flight", unit: "calls/s", atLeast: 100_000 },
    ...{ metric: "callsPerSecond", of: manyOf("pipe") },
  },
  {
    ...{ what: "shm, stream of 1 KiB items", unit: "items/s", atLeast: 500_000 },
    ...{ metric: "itemsPerSecond", of: streamOf("shm") },
  },
  {
    ...{ what: "pipe, stream of 1 KiB items", unit: "MB/s", atLeast: 100 },
    ...{ metric: "megabytesPerSecond", of: streamOf("pipe") },
  },
];

/**
 * Compares targets with results. A miss says by what factor, and samples that disagree are marked.
 */
export function verdictTable(rows: readonly Row[]): string {
  const body = targets.map((target) => {
    const value = valueFor(target, rows);
    const sign = target.atMost === undefined ? "≥" : "≤";
    const bound = (target.atMost ?? target.atLeast)?.toLocaleString("en-US");
    return [
      target.what,
      value === undefined ? "not measured" : verdictOf(target, value) + doubt(target, rows),
      `${sign} ${bound} ${target.unit}`,
      value === undefined ? "" : `${formatNumber(value)} ${target.unit}`,
    ];
  });
  return markdownTable([["Target", "Verdict", "Aimed at", "Measured"], ...body], 2);
}

/** Returns undefined if it was not measured. */
function valueFor({ metric, of, over, under }: Target, rows: readonly Row[]): number | undefined {
  const value = (key: RowKey) => findRow(rows, key)?.values[metric] ?? Number.NaN;
  const dividend = under === undefined ? value(of) : value(under);
  const divisor = under !== undefined ? value(of) : over === undefined ? 1 : value(over);
  const quotient = dividend / divisor;
  return Number.isNaN(quotient) ? undefined : quotient;
}

function verdictOf({ atMost, atLeast }: Target, value: number): string {
  const factor = atMost === undefined ? (atLeast ?? 0) / value : value / atMost;
  return factor <= 1 ? "met" : `missed by a factor of ${formatNumber(factor)}`;
}

function doubt({ of, over, under }: Target, rows: readonly Row[]): string {
  const ranges = [of, over, under].flatMap((key) => (key && findRow(rows, key)?.range) ?? []);
  const range = Math.max(...ranges.filter(Number.isFinite));
  return range > stableRange ? `; unsure, samples differ by ${formatNumber(range)}×` : "";
}
