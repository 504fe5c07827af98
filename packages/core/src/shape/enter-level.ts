import { ShapeMismatch } from "./shape-mismatch.js";

/**
 * One level deeper into a value.
 * @throws {ShapeMismatch} at the bottom: a cyclic value ends here instead of overflowing the stack.
 */
export function enterLevel(levelsLeft: number): number {
  if (levelsLeft <= 0)
    throw new ShapeMismatch("a value within the nesting limit", "a deeper one (is it cyclic?)");
  return levelsLeft - 1;
}
