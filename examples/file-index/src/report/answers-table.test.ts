import { expect, test } from "vitest";
import { questions } from "../questions/questions.js";
import { answersTable } from "./answers-table.js";

const outcomes = Object.values(questions).map((question) => ({
  question,
  answer: "permissionDenied\nwhat was asked for leads out of the folder of the index",
  ms: 123.4,
  remark: "file 320",
}));
const speed = { p50Us: 612.4, callsPerSecond: 1_012_345 };
const answers = ["shm", "pipe", "copydata", "tcp"].map((transport) => ({ transport, outcomes, speed }));

test("four transports fit into lines of 120 characters, and nothing is cut", () => {
  const table = answersTable(answers, new Map(outcomes.map(({ question, answer }) => [question, answer])));
  expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(table).not.toContain("…");
  expect(table).toMatch(/ what was asked for leads out of the +│.*\n│ +│ folder of the index /);
});

test("speeds", () => {
  const table = answersTable([
    { transport: "shm", outcomes: [], speed: { p50Us: 2.345, callsPerSecond: 612_345 } },
    { transport: "pipe", outcomes: [], speed: { p50Us: 234.5, callsPerSecond: 61_234 } },
  ]);
  expect(table).toMatch(/│ one at a time, median +│ +2\.3 µs │ +(234|235) µs │/);
  expect(table).toMatch(/│ 64 at a time, calls a second +│ +612 k\/s │ +61\.2 k\/s │/);
});
