import { totals } from "./pump-messages.js";

/** Where the pumps of this thread count, since the program began. */
export const counted = new Int32Array(new SharedArrayBuffer(4 * Object.keys(totals).length));

/** Messages that `copydata:` windows of this program did not take, since it began. */
export interface CopyDataCounts {
  /** Messages that are none of the protocol. */
  readonly ignored: number;
  /** Chunks with a key of no connection. */
  readonly unknown: number;
  /** Chunks that had come before. */
  readonly duplicates: number;
  /** Chunks that cannot come now, each the end of its connection. */
  readonly gaps: number;
  /** Chunks that were sent away because their reader has not read those before. */
  readonly busy: number;
}

/** {@link CopyDataCounts} as they are now. */
export function copyDataCounts(): CopyDataCounts {
  const entries = Object.entries(totals).map(([name, cell]) => [name, Atomics.load(counted, cell)]);
  return Object.fromEntries(entries) as Record<keyof typeof totals, number>;
}
