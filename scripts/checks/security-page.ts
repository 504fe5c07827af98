/** Checks that every test and every script that docs/security.md names exists, under that name. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Check, Finding } from "./check.ts";

const PAGE = "docs/security.md";

export const securityPage: Check = {
  name: "security-page",
  title: "the tests that docs/security.md names exist",
  run: async (root) => findMissing(readFileSync(path.join(root, PAGE), "utf8"), root),
};

/** Looks for `` `file` "name", "name" `` in the text. */
export function findMissing(page: string, root: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, line] of page.split("\n").entries()) {
    const at = { file: PAGE, line: index + 1 };
    for (const [, named = "", names = ""] of line.matchAll(/`([\w./-]+\.(?:ts|ps1))`((?:,? ?"[^"]+")*)/g)) {
      const file = fileOf(named);
      if (file === undefined) continue;
      if (!existsSync(path.join(root, file))) {
        findings.push({ ...at, message: `names ${file}, which does not exist` });
        continue;
      }
      const text = readFileSync(path.join(root, file), "utf8");
      for (const [, name = ""] of names.matchAll(/"([^"]+)"/g)) {
        if (!text.includes(name))
          findings.push({ ...at, message: `names "${name}", which is not in ${file}` });
      }
    }
  }
  return findings;
}

function fileOf(named: string): string | undefined {
  if (named.startsWith("scripts/")) return named;
  if (/^(core|transports|codegen|bridges)\//.test(named)) return `packages/${named}`;
  return /^prove-[\w-]+\.ps1$/.test(named) ? `scripts/windows-security/${named}` : undefined;
}
