import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { commitSubjects, problemOf } from "./commit-subjects.ts";
import { fixture } from "./support/fixture.ts";

/** A Windows lane has no Git. */
const hasGit = spawnSync("git", ["--version"]).status === 0;

test.each([
  `Release streams that are never read, ${"and so on ".repeat(4)}`,
  "Release streams that are never read.",
  "release streams that are never read",
  "Released streams that are never read",
  "Releasing streams that are never read",
  "",
])("%j is not a subject", (subject) => {
  expect(problemOf(subject)).toBeDefined();
});

test.each(["Release streams that are never read", "Bring back `unref`", "Seed the random values"])(
  "%j is a subject",
  (subject) => {
    expect(problemOf(subject)).toBeUndefined();
  },
);

test.runIf(hasGit)("only commits since the start of the rule are checked", async () => {
  await using folder = await fixture({ "a.md": "a\n" });
  const git = (date: string, ...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
      cwd: folder.root,
      env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    });
  const commit = (date: string, subject: string) =>
    git(date, "commit", "--quiet", "--no-verify", "--allow-empty", "-m", subject);
  git("2026-01-01T00:00:00Z", "init", "--quiet");
  commit("2026-01-01T00:00:00Z", "Added a page");
  commit("2027-01-01T00:00:00Z", "Add a page");
  expect(await commitSubjects.run(folder.root)).toEqual([]);

  commit("2027-01-01T00:00:00Z", "Added a page");
  expect(await commitSubjects.run(folder.root)).toEqual([
    { file: expect.stringMatching(/^commit \w+$/), message: expect.stringContaining('"Added a page"') },
  ]);
});

test("a folder without a history passes", async () => {
  await using folder = await fixture({ "a.md": "a\n" });
  expect(await commitSubjects.run(folder.root)).toEqual([]);
});
