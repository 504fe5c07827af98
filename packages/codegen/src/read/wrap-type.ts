import type { Type, ts } from "ts-morph";

/**
 * Wraps a type of the compiler in one of ts-morph. ts-morph has no public function for a type that
 * it has not returned itself, such as a member of a union as written. Its version is pinned, and
 * the tests of unions fail if this internal API changes.
 *
 * @param type the compiler's type
 * @param like any type of the same project
 */
export function wrapType(type: ts.Type, like: Type): Type {
  const { _context } = like as unknown as { _context: { compilerFactory: { getType(type: ts.Type): Type } } };
  return _context.compilerFactory.getType(type);
}
