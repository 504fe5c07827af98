import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { readFailures } from "./read-failures.ts";
import { summary } from "./summary.ts";

const failures = readFailures({
  testResults: [
    {
      name: "Z:\\repository\\packages\\core\\src\\a.test.ts",
      status: "failed",
      message: "",
      assertionResults: [
        {
          fullName: "for good",
          status: "failed",
          failureMessages: ["first", "second\n    at node:internal/x"],
        },
        { fullName: "once", status: "passed", failureMessages: ["lost"] },
        { fullName: "never", status: "passed", failureMessages: [] },
      ],
    },
    {
      name: "/repository/scripts/b.test.ts",
      status: "failed",
      message: "no such file",
      assertionResults: [],
    },
  ],
});

test("names each test that failed, at its first attempt too, and each file that failed", () => {
  expect(failures).toEqual([
    {
      file: "packages/core/src/a.test.ts",
      title: "for good",
      message: "first\nsecond\n    at node:internal/x",
      retried: false,
    },
    { file: "packages/core/src/a.test.ts", title: "once", message: "lost", retried: true },
    { file: "scripts/b.test.ts", title: "", message: "no such file", retried: false },
  ]);
});

test("ends with the final failures and the sums", () => {
  const tests = { passed: 2, failed: 2, skipped: 0 };
  const text = summary([{ name: "Tests", state: "failed", seconds: 1, tests, failures }]);
  expect(stripVTControlCharacters(text).split("\n").slice(2)).toEqual([
    "",
    "RAN ONCE MORE: Tests: packages/core/src/a.test.ts > once",
    "lost",
    "",
    "FAILED: Tests: packages/core/src/a.test.ts > for good",
    "first",
    "second",
    "",
    "FAILED: Tests: scripts/b.test.ts",
    "no such file",
    "",
    "2 passed, 2 failed",
  ]);
});
