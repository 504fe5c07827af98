import type { Metric } from "../scenarios/scenario.js";
import { growsWithSpeed } from "./format.js";

/**
 * Divides two figures so that a larger quotient is faster; below 1 `own` is slower. Undefined if
 * either was not measured or is 0.
 */
export function timesFaster(
  metric: Metric,
  own: number | undefined,
  other: number | undefined,
): number | undefined {
  if (!own || !other) return undefined;
  return growsWithSpeed(metric) ? own / other : other / own;
}
