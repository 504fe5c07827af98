/**
 * Checks what a registry shows of each published package: words to find it by, and settings that
 * publish it with provenance, which proves the commit that it was built from. The root's
 * package.json says where the repository is; once it does, each package has to say the same.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Check, Finding } from "./check.ts";

interface Manifest {
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
  readonly homepage?: string;
  readonly bugs?: unknown;
}

/** npm shows the first few only. */
const LEAST_KEYWORDS = 5;

export const publishedManifests: Check = {
  name: "published-manifests",
  title: "published packages can be found, and say where they come from",
  run: async (root) => {
    const read = (folder: string): Manifest =>
      JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
    const { repository } = read(".");
    return readdirSync(path.join(root, "packages")).flatMap((name): readonly Finding[] => {
      const folder = `packages/${name}`;
      const manifest = read(folder);
      if (manifest.private === true) return [];
      const problems = [
        ...presentation(manifest),
        ...(repository === undefined ? [] : origin(manifest, { url: repository.url, directory: folder })),
      ];
      return problems.map((message) => ({ file: `${folder}/package.json`, message }));
    });
  },
};

function presentation({ description, keywords = [], publishConfig = {} }: Manifest): readonly string[] {
  const problems: string[] = [];
  if (description === undefined) problems.push(`has no "description": say what the package is`);
  if (keywords.length < LEAST_KEYWORDS || new Set(keywords).size < keywords.length) {
    problems.push(`needs at least ${LEAST_KEYWORDS} different "keywords", which users search for`);
  }
  if (publishConfig.access !== "public" || publishConfig.provenance !== true) {
    problems.push(`needs "publishConfig": { "access": "public", "provenance": true }`);
  }
  return problems;
}

/** Problems of the fields that lead from the page of a package to its source. */
function origin(
  { repository, homepage, bugs }: Manifest,
  { url, directory }: { readonly url: string | undefined; readonly directory: string },
): readonly string[] {
  const problems: string[] = [];
  if (repository?.url !== url || repository?.directory !== directory) {
    problems.push(`needs "repository" with the url of the root's and "directory": "${directory}"`);
  }
  if (homepage === undefined) problems.push(`needs a "homepage": the README in the repository`);
  if (bugs === undefined) problems.push(`needs "bugs": the issues of the repository`);
  return problems;
}
