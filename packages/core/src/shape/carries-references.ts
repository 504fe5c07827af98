import type { Shape } from "./shape.js";

/** True if a value of this shape may hold something that travels by reference. */
export function carriesReferences(shape: Shape, seen = new Set<Shape>()): boolean {
  if (shape.byReference === true) return true;
  if (seen.has(shape)) return false;
  seen.add(shape);
  return shape.parts?.some((part) => carriesReferences(part, seen)) ?? false;
}
