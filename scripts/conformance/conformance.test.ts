import { expect, test } from "vitest";
import { caseFindings } from "../checks/conformance-page.ts";
import { conformancePage, listedCases } from "./conformance-page.ts";
import { readExecutions } from "./read-executions.ts";
import { shortTable } from "./short-table.ts";

const suite = "Z:\\repository\\packages\\transports\\src\\conformance-pipe.test.ts";

function results(name = suite) {
  const result = (place: string, title: string, status = "passed") => ({
    ancestorTitles: [place],
    title,
    status,
  });
  const assertionResults = [
    result("pipe, in one process", "values: null: comes back"),
    result("pipe, in one process", "limits: a map with __proto__"),
    result("pipe, between two processes", "values: null: comes back"),
    result("pipe, between two processes", "limits: a map with __proto__", "failed"),
  ];
  return { testResults: [{ name, assertionResults }] };
}

const run = { stage: "portable", system: "Linux Node 24", executions: readExecutions(results()) };
const cases = run.executions.slice(0, 2);

test("only the results of the suite are read, with either kind of slash", () => {
  expect(run.executions).toHaveLength(4);
  expect(run.executions[0]).toEqual({
    transport: "pipe",
    processes: 1,
    group: "values",
    name: "null: comes back",
    passed: true,
  });
  expect(readExecutions(results("/packages/transports/src/process-death.conformance.test.ts"))).toEqual([]);
});

test("the order of the transports does not depend on which file ended first", () => {
  const file = (transport: string) => ({
    name: `/packages/transports/src/conformance-${transport}.test.ts`,
    assertionResults: [
      {
        ancestorTitles: [`${transport}, in one process`],
        title: "values: null: comes back",
        status: "passed",
      },
    ],
  });
  const executions = readExecutions({ testResults: ["tcp", "memory", "pipe"].map(file) });
  expect(executions.map(({ transport }) => transport)).toEqual(["memory", "pipe", "tcp"]);
});

test("a skipped suite is not counted, a skipped case has not passed", () => {
  const some = results();
  const skipped = (place: string) => ({
    ancestorTitles: [place],
    title: "values: null: comes back",
    status: "skipped",
  });
  some.testResults[0]?.assertionResults.push(skipped("tcp, in one process"), skipped("pipe, in one process"));
  const executions = readExecutions(some);
  expect(executions.filter(({ transport }) => transport === "tcp")).toEqual([]);
  expect(executions.filter(({ processes }) => processes === 1).map(({ passed }) => passed)).toEqual([
    true,
    true,
    false,
  ]);
});

test("a title of another form is an error", () => {
  const renamed = results();
  renamed.testResults[0]?.assertionResults.push({
    ancestorTitles: ["pipe"],
    title: "x: y",
    status: "passed",
  });
  expect(() => readExecutions(renamed)).toThrow("x: y");
});

test("the page shows the passed cases and lists all by name", () => {
  const page = conformancePage(cases, [run]);
  expect(page).toContain("| Linux Node 24 | pipe | 1 | 1 | 1 | 2 |");
  expect(page).toContain("| Linux Node 24 | pipe | 2 | 1 | 0 of 1 | 1 of 2 |");
  expect(page).toContain("In all 3 of 4 executions passed");
  expect(listedCases(page)).toEqual(cases.map(({ group, name }) => ({ group, name })));
});

test("a system without results is listed as not run", () => {
  const page = conformancePage(cases, [
    run,
    { stage: "windows-22", system: "Windows Node 22", executions: [] },
  ]);
  expect(page).toContain("| Windows Node 22 | not run |  |  |  |  |");
});

test("a case missing from the page is found, and a removed one that it lists", () => {
  const page = conformancePage(cases, [run]);
  expect(caseFindings(page, cases)).toEqual([]);
  const changed = [
    { group: "values", name: "null: comes back" },
    { group: "values", name: "new" },
  ];
  expect(caseFindings(page, changed).map(({ message }) => message)).toEqual([
    expect.stringContaining('does not list "values: new"'),
    expect.stringContaining('lists "limits: a map with __proto__"'),
  ]);
});

test("the short table has a line for each system", () => {
  expect(shortTable([run])).toBe(
    [
      "",
      "Conformance cases passed (in one process + between two)",
      "               pipe",
      "Linux Node 24  2 + 1 of 2",
      "3 of 4 in all",
    ].join("\n"),
  );
});
