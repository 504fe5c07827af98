/**
 * Comments and pages are written in plain engineering English, by the rules of CONTRIBUTING.md that
 * a program can hold: the first word of a doc comment, some phrases, and the length of lines.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check, Finding } from "./check.ts";
import { commentsOf } from "./support/comments.ts";
import { proseLines } from "./support/prose-lines.ts";
import { repositoryFiles } from "./support/repository-files.ts";

/** Its list of cases consists of test titles. */
const WRITTEN_BY_A_PROGRAM = "docs/conformance.md";

const maxColumns = 100;

const OPENINGS = /^\/\*\*[\s*]*(What|How|Who|Whether|Where|As)\b/;

const PHRASES: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(?<!\bthere )\bis no\b(?! (?:longer|more)\b)/gi, '"is not a"'],
  [/\bthat is none\b/gi, '"an invalid …"'],
  [/\bwhoever\b/gi, '"anyone who", or a passive'],
  [/\bnobody\b/gi, '"no one", or a passive'],
];

export const voice: Check = {
  name: "voice",
  title: "comments and pages are in plain English, in lines of 100 columns",
  run: async (root) => {
    const findings: Finding[] = [];
    for (const file of await repositoryFiles(root)) {
      const find = /\.md$/.test(file) ? findInPage : isSource(file) ? findInComments : undefined;
      if (find === undefined || file === WRITTEN_BY_A_PROGRAM) continue;
      findings.push(...find(file, await readFile(path.join(root, file), "utf8")));
    }
    return findings;
  },
};

/** True for a source that is written by hand. */
function isSource(file: string): boolean {
  return (
    /^(packages|examples|bench|scripts)\/.*\.(?:[cm]?[jt]sx?)$/.test(file) &&
    !/\/fixtures\/|\.crosspane\.ts$/.test(file)
  );
}

function findInComments(file: string, text: string): readonly Finding[] {
  const sourceLines = text.split(/\r?\n/);
  return commentsOf(file, text).flatMap((comment) => {
    const findings: Finding[] = [];
    const opening = OPENINGS.exec(comment.text)?.[1];
    if (opening !== undefined) {
      findings.push({
        file,
        line: comment.line,
        message: `opens with "${opening}": begin with a verb or a noun`,
      });
    }
    for (const [index, commentLine] of comment.text.split(/\r?\n/).entries()) {
      const line = comment.line + index;
      findings.push(...phrasesIn(file, line, commentLine));
      const width = sourceLines[line - 1]?.length ?? 0;
      const isWhole = index > 0 || !comment.isBesideCode;
      if (isWhole && width > maxColumns && !/https?:\/\/|biome-ignore/.test(commentLine)) {
        findings.push({ file, line, message: `has ${width} columns: break it at ${maxColumns}` });
      }
    }
    return findings;
  });
}

function findInPage(file: string, text: string): readonly Finding[] {
  return proseLines(text).flatMap(({ line, text: prose }) => {
    const findings = phrasesIn(file, line, prose);
    if (!couldBeBroken(prose)) return findings;
    return [...findings, { file, line, message: `has ${prose.length} columns: break it at ${maxColumns}` }];
  });
}

/** Finds phrases outside of code and quotations, such as test titles. */
function phrasesIn(file: string, line: number, text: string): readonly Finding[] {
  const own = text.replaceAll(/`[^`]*`|"[^"]*"/g, " ");
  return PHRASES.flatMap(([pattern, instead]) =>
    [...own.matchAll(pattern)].map(([found]) => ({
      file,
      line,
      message: `says "${found}": write ${instead}`,
    })),
  );
}

/** True for a line that is too long and has a space to break it at, outside of code and links. */
function couldBeBroken(line: string): boolean {
  if (line.length <= maxColumns || /^\s*\||^#{1,6} |^\[[^\]]+\]: /.test(line)) return false;
  const [, marks = "", words = ""] = /^(\s*(?:[-*] |\d+\. )?)(.*)$/.exec(line) ?? [];
  const solid = words.replaceAll(/`[^`]*`|\[[^\]]*\]\([^)]*\)/g, (part) => "x".repeat(part.length));
  return solid.slice(0, maxColumns - marks.length + 1).includes(" ");
}
