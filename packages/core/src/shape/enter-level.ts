import { ShapeMismatch } from "./shape-mismatch.js";

const withinLimit = "a value within the nesting limit";
const tooDeep =
  "a deeper one: if it is not cyclic, send it as a list, or raise this limit where it is received";

/**
 * One level deeper into a value.
 * @throws {ShapeMismatch} at the bottom: a cyclic value ends here instead of overflowing the stack.
 */
export function enterLevel(levelsLeft: number): number {
  if (levelsLeft <= 0) throw new ShapeMismatch(withinLimit, tooDeep);
  return levelsLeft - 1;
}

/** True of what {@link enterLevel} throws. */
export function isTooDeep(thrown: unknown): thrown is ShapeMismatch {
  return thrown instanceof ShapeMismatch && thrown.got === tooDeep;
}

/** Returns what {@link enterLevel} has thrown with the name and number of the limit, and anything else as it is. */
export function withNestingLimit(thrown: unknown, maxNesting: number): unknown {
  if (!isTooDeep(thrown)) return thrown;
  const named = new ShapeMismatch(`${withinLimit}, maxNesting = ${maxNesting} levels`, tooDeep);
  named.path.push(...thrown.path);
  return named;
}
