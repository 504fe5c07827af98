/** The point where a victim ends: right before or right after an operation. */
export interface CrashPoint {
  /** The part of the conversation: `open`, `calls`, `large`, `close`. */
  readonly phase: string;
  /** The operation: `write`, `SetEvent`, `store 64`. */
  readonly kind: string;
  /** The number of the operation among those of its kind in its phase, from 1. */
  readonly number: number;
  readonly side: "before" | "after";
}

/** Counts of the operations of each kind in each phase, by `phase/kind`. */
export type Tally = Readonly<Record<string, number>>;

/** The order to a victim. */
export interface VictimOrder {
  readonly role: "client" | "server";
  readonly endpoint: string;
  /** The crash point. Without one the victim counts its operations and ends in order. */
  readonly point?: CrashPoint;
}

export function describePoint({ phase, kind, number, side }: CrashPoint): string {
  return `${side} ${kind} ${number} of ${phase}`;
}

/**
 * Chooses points spread over all phases and kinds of operations, before and after each, in a fixed
 * order.
 * @param least the number to choose at least, if the conversation has that many operations.
 */
export function choosePoints(tally: Tally, least: number): readonly CrashPoint[] {
  const total = Object.values(tally).reduce((sum, count) => sum + numbersOf(count, count).length, 0) * 2;
  for (let perKind = 2; ; perKind++) {
    const points = Object.entries(tally).flatMap(([key, count]) => {
      const slash = key.indexOf("/");
      const [phase, kind] = [key.slice(0, slash), key.slice(slash + 1)];
      return numbersOf(count, perKind).flatMap((number): readonly CrashPoint[] => [
        { phase, kind, number, side: "before" },
        { phase, kind, number, side: "after" },
      ]);
    });
    if (points.length >= Math.min(least, total)) return points;
  }
}

/**
 * Returns a part of them, as evenly spaced as whole numbers allow. The step is odd, so that points
 * before and after operations are among them.
 */
export function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
}

/**
 * Returns numbers from 1 to `count`, always with the first. The last of many is left out: the
 * number of reads and wakes varies a little from run to run.
 */
function numbersOf(count: number, atMost: number): readonly number[] {
  const last = count <= 2 ? count : Math.ceil(count / 2);
  const numbers = new Set<number>([1]);
  for (let i = 1; i < atMost; i++) numbers.add(1 + Math.round(((last - 1) * i) / (atMost - 1)));
  return [...numbers];
}
