import { expect, test } from "vitest";
import { coreIsNeutral } from "./core-is-neutral.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

test("a platform's name in core is found, in a comment too", async () => {
  const findings = await findingsIn(coreIsNeutral, {
    "packages/core/src/a.ts": "// as on Windows\nexport const a = 1;\n",
    "packages/core/src/b.ts": "\nexport const isNamedPipe = process.platform;\n",
  });
  expect(placesOf(findings)).toEqual(["packages/core/src/a.ts:1", "packages/core/src/b.ts:2"]);
});

test("a platform's name elsewhere, and in core's tests, is allowed", async () => {
  const findings = await findingsIn(coreIsNeutral, {
    "packages/core/src/a.ts": "/** A sliding window of calls. */\nexport const a = 1;\n",
    "packages/core/src/a.test.ts": "// runs on Windows\n",
    "packages/transports/src/a.ts": "// runs on Windows\n",
  });
  expect(findings).toEqual([]);
});
