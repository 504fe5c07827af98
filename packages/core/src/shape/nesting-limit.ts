import { ShapeMismatch } from "./shape-mismatch.js";

const withinLimit = "a value within the nesting limit";
const tooDeep =
  "a deeper one: if it is not cyclic, send it as a list, or raise this limit where it is received";

/** Returns the mismatch of a value that has more levels than it may have. */
export function nestingMismatch(): ShapeMismatch {
  return new ShapeMismatch(withinLimit, tooDeep);
}

/** True for a {@link nestingMismatch}. */
export function isTooDeep(thrown: unknown): thrown is ShapeMismatch {
  return thrown instanceof ShapeMismatch && thrown.got === tooDeep;
}

/**
 * Adds the name and number of the limit to a {@link nestingMismatch}. Returns anything else
 * unchanged.
 */
export function withNestingLimit(thrown: unknown, maxNesting: number): unknown {
  if (!isTooDeep(thrown)) return thrown;
  const named = new ShapeMismatch(`${withinLimit}, maxNesting = ${maxNesting} levels`, tooDeep);
  named.path.push(...thrown.path);
  return named;
}
