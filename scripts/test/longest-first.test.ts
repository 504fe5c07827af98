import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { repository } from "../repository.ts";
import { LONGEST } from "./longest-first.ts";

test("each file that is begun first exists", () => {
  const files = globSync(["{packages,examples}/*/**/*.test.ts", "bench/**/*.test.ts"], {
    cwd: repository,
    exclude: (path) => /node_modules|dist/.test(path),
  }).map((file) => file.replaceAll("\\", "/"));
  expect(LONGEST.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))).toEqual([]);
});
