import { readFile } from "node:fs/promises";
import path from "node:path";
import { markdownBlocks } from "../checks/docs-code/markdown-blocks.ts";
import { repository } from "../repository.ts";

/** The way from an empty folder to a call, as the README says it. */
export interface ReadmeSteps {
  /** The files, by their path. */
  readonly files: Readonly<Record<string, string>>;
  /** The lines of each terminal. */
  readonly terminals: readonly (readonly string[])[];
}

export type PackageManager = "npm" | "pnpm" | "Yarn";

/** Reads the steps for a package manager, whose lines follow from the README's table of them. */
export async function readmeSteps(manager: PackageManager): Promise<ReadmeSteps> {
  const page = await readFile(path.join(repository, "README.md"), "utf8");
  const blocks = markdownBlocks(page);
  const installing = blocks.filter(({ heading }) => heading === "Install");
  const named = installing.flatMap(({ info, code }) => {
    const [, name] = /^json (\S+)$/.exec(info) ?? [];
    return name === undefined ? [] : [[name, code] as const];
  });
  const commented = blocks.flatMap(({ code }) => {
    const [, name] = /^\/\/ file: (\S+)\n/.exec(code) ?? [];
    return name === undefined ? [] : [[name, code] as const];
  });
  const translate = translation(page, manager);
  const terminals = installing.filter(({ info }) => info === "sh");
  return {
    files: Object.fromEntries([...named, ...commented]),
    terminals: terminals.map(({ code }) => code.trim().split("\n").map(translate)),
  };
}

/** Returns a function that says a line for npm in the words of another package manager. */
function translation(page: string, manager: PackageManager): (line: string) => string {
  const [header = [], ...rows] = page.split("\n").flatMap((line) => {
    const cells = /^\| (.+) \| (.+) \| (.+) \|$/.exec(line)?.slice(1);
    if (cells === undefined) return [];
    return [cells.map((cell) => cell.replaceAll("`", ""))];
  });
  const column = header.indexOf(manager);
  if (header[0] !== "npm" || column < 0) throw new Error("the README has no table of package managers");
  const words = rows
    .map((cells) => [cells[0] ?? "", cells[column] ?? ""] as const)
    .sort(([a], [b]) => b.length - a.length);
  return (line) => {
    const [from, to] = words.find(([start]) => line.startsWith(`${start} `)) ?? ["", ""];
    return to + line.slice(from.length);
  };
}
