import type { Usage } from "../load/usage.js";

const mib = 1024 * 1024;

/**
 * Allowed growth from the warm-up to the end of a soak. Objects of the system: a few that come and
 * go. Memory: 5 %, or the amount that collectors and allocators may retain.
 */
const allowance: Readonly<Record<keyof Usage, { readonly share: number; readonly least: number }>> = {
  handles: { share: 0, least: 4 },
  windows: { share: 0, least: 0 },
  threads: { share: 0, least: 2 },
  rss: { share: 0.05, least: 16 * mib },
  heap: { share: 0.05, least: 2 * mib },
  external: { share: 0.05, least: 4 * mib },
};

const kinds = Object.keys(allowance) as (keyof Usage)[];

/** Returns the growth beyond the allowance. */
export function growth(before: Usage, after: Usage, extra: Partial<Usage> = {}): readonly string[] {
  return growthOf(kinds, { before, after, extra });
}

/** Returns the growth of objects of the system only. */
export function objectGrowth(before: Usage, after: Usage): readonly string[] {
  return growthOf(["handles", "windows", "threads"], { before, after, extra: {} });
}

function growthOf(
  which: readonly (keyof Usage)[],
  { before, after, extra }: { readonly before: Usage; readonly after: Usage; readonly extra: Partial<Usage> },
): readonly string[] {
  return which.flatMap((kind) => {
    const { share, least } = allowance[kind];
    const allowed = before[kind] + Math.max(before[kind] * share, least) + (extra[kind] ?? 0);
    return after[kind] <= allowed
      ? []
      : [`${kind} grew from ${show(kind, before[kind])} to ${show(kind, after[kind])}`];
  });
}

export function describeUsage(usage: Usage): string {
  return kinds.map((kind) => `${kind} ${show(kind, usage[kind])}`).join(", ");
}

function show(kind: keyof Usage, value: number): string {
  return ["rss", "heap", "external"].includes(kind) ? `${(value / mib).toFixed(1)} MiB` : `${value}`;
}

/**
 * Returns the least of each value over several looks, because a value that falls a moment later has
 * not grown. The first look is ignored: it loads the modules for looking.
 */
export async function settledUsage(look: () => Promise<Usage>): Promise<Usage> {
  await look();
  let least = await look();
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await look();
    least = Object.fromEntries(
      kinds.map((kind) => [kind, Math.min(least[kind], now[kind])]),
    ) as unknown as Usage;
  }
  return least;
}
