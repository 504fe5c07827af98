import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { outputPath } from "../contract-paths.js";
import { headerStart, sourceOf } from "../emit/emit-module.js";
import { openInMemoryProject } from "../read/contract-project.js";
import { readContract } from "../read/read-contract.js";
import { checkContracts, occupiedOutput, orphanedOutput } from "./check-contracts.js";
import { rules } from "./rules.js";

const pages = fileURLToPath(new URL("../../../../docs/diagnostics/", import.meta.url));
const all = Object.values(rules);
const snippets = new Map(all.map(({ id }) => [id, readPage(id)]));
// One compiler for all snippets, each in a folder of its own.
const project = openInMemoryProject(
  Object.fromEntries([...snippets.values()].flatMap(({ violation, fix }) => [...violation, ...fix])),
);

describe.each(all)("$id $title", ({ id, title, reason, remedy }) => {
  const page = snippets.get(id)!;

  it("has a page with its title, reason and remedy", () => {
    expect(page.text).toContain(`# ${id}: ${title}\n`);
    const prose = page.text.replaceAll(/\s+/g, " ");
    expect(prose).toContain(reason.replace("{}", "…"));
    expect(prose).toContain(remedy);
  });

  it("is reported for its violation, once", () => {
    expect(check(page.violation)).toEqual([id]);
  });

  it("is not reported for its fix, nor is any other", () => {
    expect(check(page.fix)).toEqual([]);
  });
});

it("has no page without a rule, and no id twice", () => {
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const files = readdirSync(pages).filter((name) => name.startsWith("CP"));
  expect(files.sort()).toEqual(ids.map((id) => `${id}.md`).sort());
});

type Files = readonly (readonly [path: string, text: string])[];

function check(files: Files): string[] {
  const texts = new Map(files);
  const plans = [...texts.keys()].flatMap((path) => {
    const contract = readContract(project, path);
    return contract === undefined ? [] : [{ contract, output: outputPath(path) }];
  });
  const occupied = plans.filter(({ output }) => texts.get(output)?.startsWith(headerStart) === false);
  const outputs = new Set(plans.map(({ output }) => output));
  const orphans = files.flatMap(([path, fileText]) => {
    const source = outputs.has(path) ? undefined : sourceOf(fileText);
    return source === undefined ? [] : [orphanedOutput(path, source)];
  });
  const all = [...checkContracts(plans), ...occupied.map(occupiedOutput), ...orphans];
  return all.map((diagnostic) => diagnostic.id);
}

function readPage(id: string): { readonly text: string; readonly violation: Files; readonly fix: Files } {
  const text = readFileSync(`${pages}${id}.md`, "utf8").replaceAll("\r\n", "\n");
  const [, violation = "", fix = ""] = text.split(/## (?:Violation|Fix)\n/);
  return { text, violation: fences(violation, `/${id}/violation`), fix: fences(fix, `/${id}/fix`) };
}

function fences(text: string, folder: string): Files {
  return [...text.matchAll(/```ts ?(\S*)\n(.*?)```/gs)].map(([, name, code]) => {
    return [`${folder}/${name || "inventory.service.ts"}`, code!] as const;
  });
}
