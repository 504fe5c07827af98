import { totals } from "./pump-messages.js";

/** Counters of all pumps of this thread since the program began. */
export const counted = new Int32Array(new SharedArrayBuffer(4 * Object.keys(totals).length));

/** Number of messages that `copydata:` windows of this program rejected since it began. */
export interface CopyDataCounts {
  /** Messages that are not part of the protocol. */
  readonly ignored: number;
  /** Chunks with an unknown key. */
  readonly unknown: number;
  /** Chunks that had already arrived. */
  readonly duplicates: number;
  /** Chunks that violate the order of the protocol, each the end of its connection. */
  readonly gaps: number;
  /** Chunks that were refused because the reader was behind. */
  readonly busy: number;
}

/** Returns the current values of {@link CopyDataCounts}. */
export function copyDataCounts(): CopyDataCounts {
  const entries = Object.entries(totals).map(([name, cell]) => [name, Atomics.load(counted, cell)]);
  return Object.fromEntries(entries) as Record<keyof typeof totals, number>;
}
