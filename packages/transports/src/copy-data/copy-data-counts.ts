import { totals } from "./pump-messages.js";

/** Where the pumps of this thread count, since the program began. */
export const counted = new Int32Array(new SharedArrayBuffer(4 * Object.keys(totals).length));

/** Messages that `copydata:` windows of this program did not take, since it began. */
export type CopyDataCounts = Readonly<Record<keyof typeof totals, number>>;

/** {@link CopyDataCounts} as they are now. */
export function copyDataCounts(): CopyDataCounts {
  const entries = Object.entries(totals).map(([name, cell]) => [name, Atomics.load(counted, cell)]);
  return Object.fromEntries(entries) as CopyDataCounts;
}
