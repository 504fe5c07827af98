import { ShapeMismatch } from "./shape-mismatch.js";

const withinLimit = "a value within the nesting limit";
const tooDeep =
  "a deeper one: if it is not cyclic, send it as a list, or raise this limit where it is received";

/**
 * Enters the next level of a value and returns the levels that are left below it.
 * @throws {ShapeMismatch} if there are none: a cyclic value ends here and not in a stack overflow.
 */
export function enterLevel(levelsLeft: number): number {
  if (levelsLeft <= 0) throw new ShapeMismatch(withinLimit, tooDeep);
  return levelsLeft - 1;
}

/** True for a mismatch that {@link enterLevel} throws. */
export function isTooDeep(thrown: unknown): thrown is ShapeMismatch {
  return thrown instanceof ShapeMismatch && thrown.got === tooDeep;
}

/**
 * Adds the name and number of the limit to a mismatch that {@link enterLevel} has thrown. Returns
 * anything else unchanged.
 */
export function withNestingLimit(thrown: unknown, maxNesting: number): unknown {
  if (!isTooDeep(thrown)) return thrown;
  const named = new ShapeMismatch(`${withinLimit}, maxNesting = ${maxNesting} levels`, tooDeep);
  named.path.push(...thrown.path);
  return named;
}
