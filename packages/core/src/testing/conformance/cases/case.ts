import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";

type Run = ConformanceCase["run"];

/** Cases of one group, written as `name: what it does`. */
export function cases(
  group: string,
  named: { readonly [name: string]: Run | Pick<ConformanceCase, "needs" | "run"> },
): readonly ConformanceCase[] {
  return Object.entries(named).map(([name, how]) =>
    typeof how === "function" ? { group, name, run: how } : { group, name, ...how },
  );
}

/** A case that serves at an address of its own. */
export function atAddress(
  run: (kit: ConformanceKit) => Promise<void>,
): Pick<ConformanceCase, "needs" | "run"> {
  return { needs: "address", run };
}
