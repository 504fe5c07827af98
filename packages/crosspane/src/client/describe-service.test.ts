import { expect, test } from "vitest";
import { Shop } from "../test-support/shop.crosspane.js";
import { describe } from "./list-command.js";

test("a method in another version, an unknown and a missing one are marked", () => {
  const [greet, sum, mirror] = Shop.definition.methods;
  const offered = {
    name: "Shop",
    fingerprint: "0".repeat(16),
    methods: [greet, { ...sum, fingerprint: "0".repeat(16) }, { ...mirror, name: "other" }] as never,
  };
  expect(describe(offered, Shop.definition).slice(0, 5)).toEqual([
    "Shop",
    "  greet(name: string, times?: number): string",
    "  sum  (another version than the contract here)",
    "  other  (not in the contract here)",
    "  mirror  (missing at the server)",
  ]);
});
