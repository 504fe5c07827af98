/**
 * Returns true if two values are the same in everything that can travel: classes, order, holes in
 * type and `NaN` included.
 */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map) return sameList([...a], [...(b as Map<unknown, unknown>)]);
  if (a instanceof Set) return sameList([...a], [...(b as Set<unknown>)]);
  if (Array.isArray(a)) return sameList(a, b as unknown[]);
  if (a instanceof Uint8Array) return sameBytes(a, b as Uint8Array);
  if (ArrayBuffer.isView(a)) return sameList(listOf(a), listOf(b as ArrayBufferView));
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i]));
}

/** Compares without a list of numbers, because the arrays hold megabytes. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function listOf(view: ArrayBufferView): readonly unknown[] {
  return [...(view as unknown as Iterable<unknown>)];
}
