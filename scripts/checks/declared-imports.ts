/**
 * Checks that a package, example or benchmark imports only what its package.json names: by name,
 * never by a path into a sibling. Otherwise it works here, where npm puts everything into one
 * folder, and breaks where it is installed. Code that runs for a user needs `dependencies`; tests
 * and the settings of tools may use what the repository installs for development.
 */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import ts from "typescript";
import { VENDORED } from "../packing/vendored.ts";
import type { Check, Finding } from "./check.ts";
import { isTestSupport, parsedSources } from "./support/parsed-sources.ts";

interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export const declaredImports: Check = {
  name: "declared-imports",
  title: "imports go by name to declared dependencies",
  run: async (root) => {
    const findings: Finding[] = [];
    const shared = readManifest(root, "").devDependencies ?? {};
    for (const { file, tree } of await parsedSources(root)) {
      const home = /^(packages|examples)\/[^/]+|^bench/.exec(file)?.[0];
      if (home === undefined) continue;
      const manifest = readManifest(root, home);
      const declared = new Set([
        manifest.name,
        ...Object.keys({
          ...manifest.dependencies,
          ...manifest.peerDependencies,
          ...manifest.optionalDependencies,
        }),
        ...(VENDORED[home] ?? []),
        ...(isTestSupport(file) || isToolConfig(file)
          ? Object.keys({ ...shared, ...manifest.devDependencies })
          : []),
      ]);
      for (const { fileName: specifier, pos } of ts.preProcessFile(tree.text, true, true).importedFiles) {
        const message = whyNot({ file, home, specifier, declared, self: manifest.name });
        const line = tree.getLineAndCharacterOfPosition(pos).line + 1;
        if (message !== undefined) findings.push({ file, line, message });
      }
    }
    return findings;
  },
};

interface Import {
  readonly file: string;
  /** The folder of the file's package.json. */
  readonly home: string;
  readonly specifier: string;
  readonly declared: ReadonlySet<string | undefined>;
  /** The name in that package.json. */
  readonly self: string | undefined;
}

function whyNot({ file, home, specifier, declared, self }: Import): string | undefined {
  if (specifier.startsWith(".")) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    if (target.startsWith(`${home}/`)) return undefined;
    return `reaches out of ${home} to ${target}: import that package by its name`;
  }
  const name = packageName(specifier);
  if (name === self && !isTestSupport(file) && !isGenerated(file)) {
    return `imports its own package as ${specifier}, past its layers: use a relative path`;
  }
  if (isBuiltin(specifier) || declared.has(name)) return undefined;
  return `imports ${specifier}, which ${home}/package.json does not list in "dependencies"`;
}

/** Files that a tool reads, beside the package.json: `vite.config.ts`. */
function isToolConfig(file: string): boolean {
  return /^(packages|examples)\/[^/]+\/[^/]+\.config\.ts$/.test(file);
}

/** Generated code has the same imports everywhere. */
function isGenerated(file: string): boolean {
  return /\.crosspane\.m?ts$/.test(file);
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function readManifest(root: string, folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  } catch {
    return {};
  }
}
