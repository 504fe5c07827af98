import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";

/** Cases of one group, written as `name: what it does`. */
export function cases(
  group: string,
  named: { readonly [name: string]: (kit: ConformanceKit) => Promise<void> },
): readonly ConformanceCase[] {
  return Object.entries(named).map(([name, run]) => ({ group, name, run }));
}
