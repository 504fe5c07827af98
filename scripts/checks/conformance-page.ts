/** Checks that the page of results lists every case of the conformance suite, and no other. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { conformanceCases } from "@crosspane/core/testing";
import { listedCases, type NamedCase } from "../conformance/conformance-page.ts";
import type { Check, Finding } from "./check.ts";

const PAGE = "docs/conformance.md";

export const conformancePageCheck: Check = {
  name: "conformance-page",
  title: "docs/conformance.md lists the cases that there are",
  run: async (root) => caseFindings(await readFile(path.join(root, PAGE), "utf8"), conformanceCases),
};

/** Finds the differences between a page and the suite. */
export function caseFindings(page: string, cases: readonly NamedCase[]): readonly Finding[] {
  const key = ({ group, name }: NamedCase) => `${group}: ${name}`;
  const [listed, known] = [new Set(listedCases(page).map(key)), new Set(cases.map(key))];
  const remedy = "run `npm run conformance`";
  return [
    ...[...known].filter((name) => !listed.has(name)).map((name) => `does not list "${name}": ${remedy}`),
    ...[...listed]
      .filter((name) => !known.has(name))
      .map((name) => `lists "${name}", which is no case: ${remedy}`),
  ].map((message) => ({ file: PAGE, message }));
}
