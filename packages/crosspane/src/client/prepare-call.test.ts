import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { prepareCall } from "./prepare-call.js";

const folder = fileURLToPath(new URL("../test-support", import.meta.url));

test.each<[name: string, texts: readonly string[], contracts: readonly string[], message: string]>([
  ["Shop", [], [], "Shop is not a method: write Service.method"],
  [".greet", [], [], ".greet is not a method"],
  ["Shed.greet", [], [], "no contract of the service Shed in a generated module"],
  ["Shed.greet", [], [], "found: Order, Shop."],
  ["Shed.greet", [], ["shop.crosspane.ts"], "no contract of the service Shed in shop.crosspane.ts"],
  ["Shop.hang", [], ["none.crosspane.ts"], "there is no contract none.crosspane.ts"],
  ["Shop.hang", [], ["shop.service.ts"], "shop.service.ts is not a generated module"],
])("%s %j %j is refused", async (name, texts, contracts, message) => {
  await expect(prepareCall(name, texts, { cwd: folder, files: contracts })).rejects.toThrow(message);
});
