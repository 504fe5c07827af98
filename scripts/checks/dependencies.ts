/**
 * Checks the packages that a user gets beside ours. They are pinned, so that a release is what was
 * tested. They have no install scripts, so that installing runs no foreign code. Their licences ask
 * for no more than attribution. The lock file names no addresses, so that npm's own setting decides
 * the source for every user, and the hashes are the same.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check, Finding } from "./check.ts";
import { type Lock, shippedEntries } from "./dependencies/lock.ts";

const LOCK = "package-lock.json";
const PERMISSIVE = ["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0"];

export const dependencies: Check = {
  name: "dependencies",
  title: "dependencies are pinned, permissive and run nothing when installed",
  run: async (root) => {
    const lock: Lock = JSON.parse(await readFile(path.join(root, LOCK), "utf8"));
    return [
      ...addresses(lock),
      ...unpinned(lock),
      ...installScripts(lock),
      ...licences(lock),
      ...(await scriptsAllowed(root)),
    ];
  },
};

function addresses({ packages }: Lock): readonly Finding[] {
  return Object.entries(packages).flatMap(([name, { resolved, link, integrity }]) => {
    if (!name.includes("node_modules/") || link === true) return [];
    const problems = [];
    if (resolved !== undefined) {
      problems.push(
        `${name} names an address: install with "omit-lockfile-registry-resolved=true" in .npmrc, and take no dependency from elsewhere than a registry`,
      );
    }
    if (integrity === undefined) problems.push(`${name} has no hash: install it again`);
    return problems.map((message) => ({ file: LOCK, message }));
  });
}

function unpinned({ packages }: Lock): readonly Finding[] {
  return Object.entries(packages).flatMap(([folder, entry]) => {
    if (folder.includes("node_modules/")) return [];
    const { dependencies: runtime = {}, optionalDependencies = {}, devDependencies = {} } = entry;
    return Object.entries({ ...devDependencies, ...optionalDependencies, ...runtime })
      .filter(([, range]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))
      .map(([name, range]) => ({
        file: path.posix.join(folder, "package.json"),
        message: `takes ${name} as "${range}": pin one version`,
      }));
  });
}

function installScripts(lock: Lock): readonly Finding[] {
  return shippedEntries(lock)
    .filter(({ entry }) => entry.hasInstallScript === true)
    .map(({ name }) => ({
      file: LOCK,
      message: `${name} runs a script when a user installs it: do without it`,
    }));
}

function licences(lock: Lock): readonly Finding[] {
  return shippedEntries(lock)
    .filter(({ entry }) => !PERMISSIVE.includes(entry.license ?? ""))
    .map(({ name, entry }) => ({
      file: LOCK,
      message: `users get ${name}, whose licence is ${entry.license ?? "not named"}: only ${PERMISSIVE.join(", ")} will do`,
    }));
}

async function scriptsAllowed(root: string): Promise<readonly Finding[]> {
  const settings = await readFile(path.join(root, ".npmrc"), "utf8").catch(() => "");
  if (/^ignore-scripts\s*=\s*true\s*$/m.test(settings)) return [];
  return [
    {
      file: ".npmrc",
      message: `lets dependencies run scripts when they are installed here: write "ignore-scripts=true"`,
    },
  ];
}
