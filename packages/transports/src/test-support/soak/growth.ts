import type { Usage } from "../load/usage.js";

const mib = 1024 * 1024;

/**
 * What may be more after a soak than after its warm-up. Objects of the system: a few that come and go. Memory: 5 %, or as much as
 * collectors and allocators keep back at their will.
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

/** What grew beyond what is allowed. */
export function growth(before: Usage, after: Usage, extra: Partial<Usage> = {}): readonly string[] {
  return growthOf(kinds, before, after, extra);
}

/** Of the objects of the system only. */
export function objectGrowth(before: Usage, after: Usage): readonly string[] {
  return growthOf(["handles", "windows", "threads"], before, after, {});
}

function growthOf(
  which: readonly (keyof Usage)[],
  before: Usage,
  after: Usage,
  extra: Partial<Usage>,
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

/** Of several looks the least of each: what is let go a moment later is no growth. The first look is not one of them: it loads what looking takes. */
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
