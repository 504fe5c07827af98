/**
 * Checks that npm publishes only what a user needs: the built files, the sources that their source
 * maps refer to, commands, the licence and a README. Tests, test support and the compiler's notes
 * are not published.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check, Finding } from "./check.ts";
import { type PackedPackage, packedPackages } from "./support/packed-packages.ts";
import { isTestSupport } from "./support/parsed-sources.ts";

const WANTED = ["package.json", "LICENSE", "README.md"];
const ALLOWED = [...WANTED, "CHANGELOG.md"];

export const packageContents: Check = {
  name: "package-contents",
  title: "packages hold what a user needs and nothing else",
  run: async (root) => {
    const findings: Finding[] = [];
    for (const packed of await packedPackages(root)) {
      findings.push(...contentProblems(packed));
      const licence = `${packed.folder}/LICENSE`;
      if (packed.files.includes("LICENSE") && !(await sameText(root, "LICENSE", licence))) {
        findings.push({ file: licence, message: "differs from ./LICENSE: copy it again" });
      }
    }
    return findings;
  },
};

export function contentProblems({
  folder,
  files,
}: Pick<PackedPackage, "folder" | "files">): readonly Finding[] {
  const missing = WANTED.filter((wanted) => !files.includes(wanted));
  return [
    ...missing.map((wanted) => ({
      file: `${folder}/${wanted}`,
      message: "is missing, and users look for it: add it",
    })),
    ...files.flatMap((file) => {
      const reason = whyNot(file, folder);
      if (reason === undefined) return [];
      const message = `is published and ${reason}: see "files" in ${folder}/package.json`;
      return [{ file: `${folder}/${file}`, message }];
    }),
  ];
}

function whyNot(file: string, folder: string): string | undefined {
  if (ALLOWED.includes(file)) return undefined;
  if (file.startsWith("bin/")) return undefined;
  if (!/^(dist|src)\//.test(file)) return "belongs neither to the build nor to its sources";
  const source = file.replace(/^dist\//, "src/").replace(/(\.d)?\.[jt]s(\.map)?$/, ".ts");
  if (isTestSupport(`${folder}/${source}`)) return "is for tests only";
  return file.endsWith(".tsbuildinfo") ? "is a note of the compiler" : undefined;
}

async function sameText(root: string, ...files: readonly string[]): Promise<boolean> {
  const texts = files.map((file) => readFile(path.join(root, file), "utf8"));
  // A checkout may convert line endings to those of its system.
  return new Set((await Promise.all(texts)).map((text) => text.replaceAll("\r\n", "\n"))).size === 1;
}
