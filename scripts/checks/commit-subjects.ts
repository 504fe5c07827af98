/**
 * Checks that the subjects of recent commits are imperative and at most 72 characters long. Earlier
 * commits, merges, and those that a shallow clone lacks are not checked.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Check } from "./check.ts";

/** Start of the rule, by the date of the author, which a rebase keeps. */
const SINCE = Date.parse("2026-11-30T04:00:00Z");

/** A subject that was published with a mistake leaves this window, because it cannot be changed. */
const NEWEST = 20;

const MAX_CHARACTERS = 72;

/** Imperatives that look like a past tense or a gerund. */
const IMPERATIVES =
  /^(?:Bring|Embed|Exceed|Feed|Fling|Need|Proceed|Ring|Seed|Shed|Speed|Spring|String|Swing)$/;

export const commitSubjects: Check = {
  name: "commit-subjects",
  title: "subjects of commits are imperative and short",
  run: async (root) =>
    (await newestCommits(root))
      .filter(({ at }) => at >= SINCE)
      .flatMap(({ id, subject }) => {
        const problem = problemOf(subject);
        return problem === undefined ? [] : [{ file: `commit ${id}`, message: `"${subject}" ${problem}` }];
      }),
};

/** Returns the fault of a subject, if it has one. */
export function problemOf(subject: string): string | undefined {
  if (subject.length > MAX_CHARACTERS)
    return `has ${subject.length} characters: use at most ${MAX_CHARACTERS}`;
  if (subject.endsWith(".")) return "ends with a period: remove it";
  const [first = ""] = subject.split(/[^\p{L}]/u);
  if (!/^\p{Lu}/u.test(first)) return "does not begin with a capital letter: begin with a verb";
  if (/(?:ed|ing)$/.test(first) && !IMPERATIVES.test(first)) {
    return `begins with "${first}": use the imperative, such as "Add"`;
  }
  return undefined;
}

interface Commit {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subject: string;
}

/** Returns an empty list without Git or a history. */
async function newestCommits(root: string): Promise<readonly Commit[]> {
  if (!existsSync(path.join(root, ".git"))) return [];
  const log = ["log", "--no-merges", `--max-count=${NEWEST}`, "--format=%h %at %s"];
  try {
    const { stdout } = await promisify(execFile)("git", log, { cwd: root });
    return stdout.split("\n").flatMap((line) => {
      const [, id = "", seconds = "", subject = ""] = /^(\w+) (\d+) (.*)$/.exec(line) ?? [];
      return id === "" ? [] : [{ id, at: Number(seconds) * 1000, subject }];
    });
  } catch {
    return [];
  }
}
