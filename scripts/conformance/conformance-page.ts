import { type ConformanceRun, passedOf, transportsOf } from "./conformance-run.ts";

/** A case of the suite. */
export interface NamedCase {
  readonly group: string;
  readonly name: string;
}

/** Returns the page of results: the cases passed on each system, and the name of every case. */
export function conformancePage(cases: readonly NamedCase[], runs: readonly ConformanceRun[]): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const counts = groups.map((group) => cases.filter((each) => each.group === group).length);
  const executions = runs.flatMap((run) => run.executions);
  return `# Conformance

Written by \`npm run conformance\` from the latest results of \`npm test\`. Do not edit.

${cases.length} cases hold every transport to the same behaviour.
[transport-contract.md](transport-contract.md) says how to run them over yours. After each case both
ends have nothing in flight, and the server has no handler and no connection left of it.

## Results

The table counts the cases that passed over each transport, with client and server in one process
and in two. A cell says "of" if not all passed. Windows means Node for Windows, under Wine if the
tests run elsewhere: [testing.md](testing.md). In all ${passedOf(executions)} executions passed.

${row(["system", "transport", "processes", ...groups, "all"])}
${row(["---", "---", ...groups.map(() => "---:"), "---:", "---:"])}
${row(["*cases*", "", "", ...counts.map(String), String(cases.length)])}
${runs.flatMap((run) => rowsOf(run, groups)).join("\n")}

## Cases

${groups.map((group) => section(group, cases)).join("\n\n")}
`;
}

/** Returns the cases that a page lists. */
export function listedCases(page: string): readonly NamedCase[] {
  const cases: NamedCase[] = [];
  let group = "";
  for (const line of page.split("\n")) {
    if (line.startsWith("### ")) group = line.slice("### ".length);
    else if (group !== "" && line.startsWith("- ")) cases.push({ group, name: unescaped(line.slice(2)) });
  }
  return cases;
}

function rowsOf(run: ConformanceRun, groups: readonly string[]): readonly string[] {
  if (run.executions.length === 0) return [row([run.system, "not run", "", ...groups.map(() => ""), ""])];
  return transportsOf(run).map(({ transport, processes }) => {
    const own = run.executions.filter((each) => each.transport === transport && each.processes === processes);
    const cells = groups.map((group) => passedOf(own.filter((each) => each.group === group)));
    return row([run.system, transport, String(processes), ...cells, passedOf(own)]);
  });
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function section(group: string, cases: readonly NamedCase[]): string {
  const names = cases.filter((each) => each.group === group).map(({ name }) => `- ${escaped(name)}`);
  return `### ${group}\n\n${names.join("\n")}`;
}

/** Escapes names that Markdown would read as markup: `__proto__`. */
function escaped(name: string): string {
  return name.replace(/[_*<>`]/g, "\\$&");
}

function unescaped(text: string): string {
  return text.replace(/\\([_*<>`])/g, "$1");
}
