import type { Shape } from "./shape.js";

const known = new WeakMap<Shape, boolean>();

/** True if a value of this shape may hold something that travels by reference. */
export function carriesReferences(shape: Shape): boolean {
  let found = known.get(shape);
  if (found === undefined) {
    found = hasReferences(shape, new Set());
    known.set(shape, found);
  }
  return found;
}

function hasReferences(shape: Shape, seen: Set<Shape>): boolean {
  if (shape.byReference === true) return true;
  if (seen.has(shape)) return false;
  seen.add(shape);
  return shape.parts?.some((part) => hasReferences(part, seen)) ?? false;
}
