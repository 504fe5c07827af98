import { expect, test } from "vitest";
import { missingFiles, wrongLayers } from "./architecture-page.ts";
import { fixture } from "./support/fixture.ts";

const tables = [
  {
    package: "core",
    layers: { errors: [], wire: ["errors", { to: "service", typesOnly: true }], testing: [".*"] },
  },
];

test("rows that say what the table says pass", () => {
  const page = [
    "| layer | contents | may import |",
    "| `core/errors` | errors | nothing |",
    "| `core/wire` | messages | errors, the types of service |",
    "| `core/testing` | the test kit | all |",
    "| `bench/other` | not a package of the tables | anything |",
  ];
  expect(wrongLayers(page.join("\n"), tables)).toEqual([]);
});

test("a row that is missing, wrong or left over is found", () => {
  const page = [
    "| `core/wire` | messages | errors, service |",
    "| `core/testing` | the test kit | all |",
    "| `core/session` | gone | errors |",
  ];
  expect(wrongLayers(page.join("\n"), tables).map(({ line, message }) => [line, message])).toEqual([
    [undefined, 'has no row for the layer core/errors: add it with "nothing"'],
    [1, "the layer core/wire may import: errors, the types of service"],
    [3, "core/session is not a layer: remove the row"],
  ]);
});

test("files are looked for, also beside the folder that the line names", async () => {
  await using folder = await fixture({
    "packages/core/src/wire/a.ts": "",
    "packages/core/src/wire/b.ts": "",
  });
  const page = [
    "| Bytes? | `core/src/wire/a.ts`, `b.ts`, `koffi.h` |",
    "| Gone? | `core/src/wire/`, `c.ts`, `core/src/session/` |",
    "| Elsewhere: `c.ts` |",
  ];
  expect(missingFiles(page.join("\n"), folder.root).map(({ line, message }) => [line, message])).toEqual([
    [2, "names c.ts, which does not exist in core/src/wire/"],
    [2, "names core/src/session/, which does not exist"],
  ]);
});
