import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { repository } from "../repository.ts";
import { findMissing } from "./security-page.ts";
import { repositoryFiles } from "./support/repository-files.ts";

test("a missing test is found, by its file and by its name", () => {
  const page = [
    'shown by `core/src/call/deadline.test.ts` "a jump of the wall clock does not move a deadline", "never written"',
    'and `core/src/absent.test.ts` "anything", `prove-nothing.ps1`, `limits.ts`',
  ].join("\n");
  expect(findMissing(page, repository)).toEqual([
    { file: "docs/security.md", line: 1, message: expect.stringContaining('"never written"') },
    {
      file: "docs/security.md",
      line: 2,
      message: expect.stringContaining("packages/core/src/absent.test.ts"),
    },
    { file: "docs/security.md", line: 2, message: expect.stringContaining("prove-nothing.ps1") },
  ]);
});

test("the page lists each threat once", () => {
  const page = readFileSync(path.join(repository, "docs/security.md"), "utf8");
  const rows = page.split("\n").flatMap((line) => /^\| (T\d+) \|/.exec(line)?.[1] ?? []);
  expect(rows.length).toBeGreaterThanOrEqual(34);
  expect(rows).toEqual(rows.map((_, i) => `T${i + 1}`));
});

test("no code opens a pipe to all users", async () => {
  const sources = (await repositoryFiles(repository)).filter((file) =>
    /^(packages|examples|bench)\/.*\.m?[tj]s$/.test(file),
  );
  expect(sources.length).toBeGreaterThan(100);
  const opened = sources.filter((file) =>
    /\b(readableAll|writableAll)\b/.test(readFileSync(path.join(repository, file), "utf8")),
  );
  expect(opened).toEqual([]);
});
