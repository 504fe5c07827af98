import { expect, it } from "vitest";
import { checkSource, emitSource } from "./test-support/read-sources.js";

type Chain = (index: number, at: (index: number) => string) => string;

const contract = (count: number, types: Chain) => {
  const at = (index: number) => `T${index % count}`;
  return `${Array.from({ length: count }, (_, index) => types(index, at)).join("\n")}
/** @service */
export interface S { first(value: T0): Promise<T${count - 1}> }`;
};

/**
 * Each would take hours, or overflow the stack, if the work grew with more than the number of
 * types.
 */
it.each<readonly [number, string, Chain]>([
  [
    3000,
    "interfaces that refer to each other",
    (i, at) =>
      `interface T${i} { id: string; a?: ${at(i * 7919 + 1)}; b: ${at(i * 31 + 2)}[]; c?: ${at(i * 389 + 3)} | null }`,
  ],
  [1000, "interfaces in a ring", (i, at) => `interface T${i} { v: number; n${i}?: ${at(i + 1)} }`],
  [
    1000,
    "interfaces in a chain that ends",
    (i, at) => `interface T${i} { v: 1; n${i}: Set<1>${i === 999 ? "" : ` | ${at(i + 1)} | { v: 1 }`} }`,
  ],
  [
    300,
    "unions of interfaces that look alike",
    (i, at) => `interface T${i} { v: 1; a?: ${at(i * 7919 + 1)} | ${at(i * 31 + 5)} }`,
  ],
  [
    300,
    "unions with a discriminant",
    (i, at) => `type T${i} = { k: "a"; n: ${at(i * 7919 + 1)} } | { k: "b"; m?: ${at(i * 31 + 5)} };`,
  ],
  [
    300,
    "instances of generic types",
    (i, at) => `interface T${i} { p?: Partial<${at(i + 1)}>; r: Record<string, ${at(i + 7)}[]> }`,
  ],
  [300, "index signatures", (i, at) => `interface T${i} { [key: string]: ${at(i + 1)} }`],
])("%i types are generated: %s", { timeout: 120_000 }, (count, _, types) => {
  const text = contract(count, types);
  expect(checkSource(text)).toEqual([]);
  expect(emitSource(text)).toContain("export const S:");
});
