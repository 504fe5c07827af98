import { inspect } from "node:util";

/**
 * The functions that `literalCode` calls. The types of the items come from the place of use, as
 * those of an array do.
 */
export const collectionCode = `declare function mapOf<K, V>(items: readonly (readonly [NoInfer<K>, NoInfer<V>])[]): Map<K, V>;
declare function setOf<T>(items: readonly NoInfer<T>[]): Set<T>;
`;

/** Returns the source text of a value. */
export function literalCode(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : inspect(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Map) return `mapOf(${listCode([...value])})`;
  if (value instanceof Set) return `setOf(${listCode([...value])})`;
  if (ArrayBuffer.isView(value))
    return `new ${value.constructor.name}(${listCode([...(value as Uint8Array)])})`;
  if (Array.isArray(value)) return listCode(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${literalCode(item)}`);
  return `{ ${fields.join(", ")} }`;
}

function listCode(items: readonly unknown[]): string {
  return `[${items.map(literalCode).join(", ")}]`;
}
