import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { addresses } from "./targets.js";

test("each transport has a file of conformance tests", () => {
  const files = readdirSync(fileURLToPath(new URL("..", import.meta.url)));
  expect(files).toEqual(expect.arrayContaining(addresses.map(({ name }) => `conformance-${name}.test.ts`)));
});
