import type { Type, ts } from "ts-morph";

/**
 * ts-morph's type for one of the compiler's. It has no public way for a type that it did not hand out itself, which
 * the parts of a union as written are; its version is pinned, and the tests of unions notice if this moves.
 *
 * @param type the compiler's type
 * @param like any type of the same project
 */
export function wrapType(type: ts.Type, like: Type): Type {
  const { _context } = like as unknown as { _context: { compilerFactory: { getType(type: ts.Type): Type } } };
  return _context.compilerFactory.getType(type);
}
