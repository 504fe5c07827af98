/**
 * Checks everything that names the transports one by one against their registry: the exports of the
 * package, the tables of the documentation, the results of the conformance cases and the options of
 * the benchmarks.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  formOf,
  type RegisteredTransport,
  transportRegistry,
} from "../../packages/transports/src/transport-registry.ts";
import type { Check, Finding } from "./check.ts";

/** Rows of a registry, by scheme. */
export type Registry = Readonly<Record<string, RegisteredTransport>>;

const PACKAGE = "packages/transports";
const SUBPATH = "@crosspane/transports/";

/** Chooses among the transports, and has an entry point as they do. */
const CHOOSER = { form: "auto:NAME", module: `${SUBPATH}auto` };

/** Places that show every transport, each in a row of a table. */
const TABLES = [
  { file: "README.md", shows: (form: string) => [form] },
  { file: `${PACKAGE}/README.md`, shows: (form: string, module: string) => [form, module] },
] as const;

const ARCHITECTURE = "docs/architecture.md";
const HEADER = "| transport | endpoint | module | system | `auto:` | features | conformance |";

export const transportRegistryCheck: Check = {
  name: "transport-registry",
  title: "exports, documentation and benchmarks name the transports that there are",
  run: async (root) => differences(root, transportRegistry),
};

/** Finds the differences between a registry and the files of the repository. */
export function differences(root: string, registry: Registry): readonly Finding[] {
  const read = (file: string) => readFileSync(path.join(root, file), "utf8");
  return [
    ...wrongFolders(root, registry),
    ...wrongExports(read(`${PACKAGE}/package.json`), registry),
    ...TABLES.flatMap(({ file, shows }) =>
      [CHOOSER, ...entries(registry)].flatMap(({ form, module }) =>
        missingRow(file, read(file), shows(form, module)),
      ),
    ),
    ...wrongComment(read(`${PACKAGE}/src/index.ts`), registry),
    ...wrongTable(read(ARCHITECTURE), registry),
    ...missingResults(read("docs/conformance.md"), registry),
    ...wrongOptions(read("bench/options.ts"), registry),
  ];
}

/** Returns the rows of the table of transports in docs/architecture.md. */
export function transportTable(registry: Registry): readonly string[] {
  return Object.entries(registry).map(([scheme, row]) => {
    const { module, systems, features, conformance } = row;
    const cells = [
      `\`${scheme}\``,
      `\`${formOf(scheme, row)}\``,
      `\`${module}\``,
      systems === "windows" ? "Windows" : "all",
      row.address === "name" && row.autoRank !== null ? String(row.autoRank) : "",
      Object.entries(features)
        .map(([name, on]) => (on === "windows" && systems === "all" ? `${name} (Windows)` : name))
        .join(", "),
      conformance.join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
}

function entries(registry: Registry) {
  return Object.entries(registry).map(([scheme, row]) => ({
    form: formOf(scheme, row),
    module: row.module,
  }));
}

/** Returns the folders of the transports that are in the package. */
function foldersOf(registry: Registry): readonly string[] {
  return Object.values(registry)
    .map(({ module }) => module)
    .filter((module) => module.startsWith(SUBPATH))
    .map((module) => module.slice(SUBPATH.length));
}

function wrongFolders(root: string, registry: Registry): readonly Finding[] {
  return foldersOf(registry)
    .map((folder) => `${PACKAGE}/src/${folder}/index.ts`)
    .filter((file) => !existsSync(path.join(root, file)))
    .map((file) => ({ file, message: "is the module of a registered transport and does not exist" }));
}

function wrongExports(manifest: string, registry: Registry): readonly Finding[] {
  const exports: Readonly<Record<string, unknown>> = JSON.parse(manifest).exports;
  const file = `${PACKAGE}/package.json`;
  const expected = new Map(
    [...foldersOf(registry), "auto"].map((folder) => [
      `./${folder}`,
      { types: `./dist/${folder}/index.d.ts`, default: `./dist/${folder}/index.js` },
    ]),
  );
  // Bridges, which are packages of their own, call Windows through `win32`.
  const others = [".", "./data", "./stub-v1", "./win32", "./package.json"];
  return [
    ...[...expected]
      .filter(([subpath, target]) => JSON.stringify(exports[subpath]) !== JSON.stringify(target))
      .map(([subpath, target]) => ({
        file,
        message: `"exports" needs "${subpath}": ${JSON.stringify(target)}`,
      })),
    ...Object.keys(exports)
      .filter((subpath) => !expected.has(subpath) && !others.includes(subpath))
      .map((subpath) => ({
        file,
        message: `"exports" has "${subpath}", which is not a registered transport`,
      })),
  ];
}

function missingRow(file: string, text: string, shown: readonly string[]): readonly Finding[] {
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  // In code, so that `tcp:` does not pass for another form that begins in the same way.
  const isShown = rows.some((row) => shown.every((each) => row.includes(`\`${each}\``)));
  return isShown ? [] : [{ file, message: `has no row of a table with ${shown.join(" and ")}: add it` }];
}

/** Requires every form in the comment of `serve`, which editors show. */
function wrongComment(source: string, registry: Registry): readonly Finding[] {
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*export async function serve\(/.exec(source)?.[0] ?? "";
  return Object.entries(registry)
    .filter(([, { address }]) => address !== "object")
    .map(([scheme, row]) => formOf(scheme, row))
    .filter((form) => !comment.includes(`\`${form}\``))
    .map((form) => ({
      file: `${PACKAGE}/src/index.ts`,
      message: `the comment of \`serve\` does not name ${form}`,
    }));
}

function wrongTable(page: string, registry: Registry): readonly Finding[] {
  const lines = page.split("\n");
  const header = lines.indexOf(HEADER);
  if (header < 0) return [{ file: ARCHITECTURE, message: `has no table of transports: "${HEADER}"` }];
  const end = lines.findIndex((line, index) => index > header && !line.startsWith("|"));
  const shown = lines.slice(header + 2, end);
  const expected = transportTable(registry);
  return [
    ...expected
      .filter((row) => !shown.includes(row))
      .map((row) => ({ file: ARCHITECTURE, message: `the table of transports needs the row ${row}` })),
    ...shown.flatMap((row, index) =>
      expected.includes(row)
        ? []
        : [
            {
              file: ARCHITECTURE,
              line: header + 3 + index,
              message: "is not a row of the registry: remove it",
            },
          ],
    ),
  ];
}

function missingResults(page: string, registry: Registry): readonly Finding[] {
  return Object.entries(registry).flatMap(([scheme, { conformance }]) =>
    conformance
      .filter((suite) => !page.includes(`| ${scheme} | ${suite === "in one process" ? 1 : 2} |`))
      .map((suite) => ({
        file: "docs/conformance.md",
        message: `has no results of ${scheme} ${suite}: run the cases over it, then \`npm run conformance\``,
      })),
  );
}

/** Compares the transports that the benchmarks can measure: those that an address reaches. */
function wrongOptions(source: string, registry: Registry): readonly Finding[] {
  const file = "bench/options.ts";
  const list = /\bknownTransports = \[([^\]]*)\]/.exec(source)?.[1];
  if (list === undefined) return [{ file, message: "has no list `knownTransports`" }];
  const known = [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
  const expected = Object.entries(registry)
    .filter(([, { address }]) => address === "name" || address === "host")
    .map(([scheme]) => scheme);
  return [
    ...expected
      .filter((name) => !known.includes(name))
      .map((name) => ({ file, message: `\`knownTransports\` does not have ${name}: add it` })),
    ...known
      .filter((name) => !expected.includes(name))
      .map((name) => ({ file, message: `\`knownTransports\` has ${name}, which is not registered` })),
  ];
}
