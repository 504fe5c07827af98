import { expect, test } from "vitest";
import { Shop } from "../test-support/shop.crosspane.js";
import { signatureOf } from "./signature.js";

test("signatures read as the contract does", () => {
  expect(Shop.definition.methods.map(signatureOf)).toEqual([
    "greet(name: string, times?: number): string",
    "sum(...numbers: number[]): number",
    "mirror(values: Values): Values",
    "photo(): Uint8Array",
    "buy(sku: string): void",
    "open(): Order",
    "metadata(): Record<string, string>",
    "count(to: number): AsyncIterable",
    "ticks(): AsyncIterable",
    "hang(): void",
    "log(line: string): void, one-way",
  ]);
});
