import { expect, test } from "vitest";
import { engines } from "./engines.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

test("an engine imported outside its place is found, in every form of import", async () => {
  const findings = await findingsIn(engines, {
    "packages/core/src/wire/a.ts": `import { pack } from "msgpackr/pack";\n`,
    "packages/codegen/src/emit/a.ts": `\nimport type { Type } from "ts-morph";\nexport * from "ts-morph";\n`,
    "packages/transports/src/win32/kernel32.ts": `const koffi = await import("@koromix/koffi-win32-x64");\n`,
    "packages/transports/src/socket/a.ts": `import { createRequire } from "node:module";\nconst koffi = createRequire(import.meta.url)("@koromix/koffi-win32-x64");\n`,
    "packages/transports/src/win32/types.ts": `export type Koffi = typeof import("@koromix/koffi-win32-x64");\n`,
  });
  expect(placesOf(findings)).toEqual([
    "packages/codegen/src/emit/a.ts:2",
    "packages/codegen/src/emit/a.ts:3",
    "packages/core/src/wire/a.ts:1",
    "packages/transports/src/socket/a.ts:2",
    "packages/transports/src/win32/kernel32.ts:1",
    "packages/transports/src/win32/types.ts:1",
  ]);
});

test("an engine in its place is not found", async () => {
  const findings = await findingsIn(engines, {
    "packages/core/src/codec/msgpack-codec.ts": `import { Packr } from "msgpackr/pack";\n`,
    "packages/codegen/src/read/a.ts": `import { Project } from "ts-morph";\n`,
    "packages/transports/src/win32/koffi.ts": `export const koffi = await import("@koromix/koffi-win32-x64");\n`,
    "packages/transports/src/socket/a.ts": `export const reasons = { engine: "koffi" };\n`,
  });
  expect(findings).toEqual([]);
});
