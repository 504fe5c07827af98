import Table from "cli-table3";
import { calledForSpeed, inFlight, type Speed } from "../questions/measure-speed.js";
import type { Outcome } from "../questions/outcome.js";

/** The answers over one transport. */
export interface TransportAnswers {
  readonly transport: string;
  readonly outcomes: readonly Outcome[];
  readonly speed: Speed;
}

/** Four transports fit into lines of 120 characters if answers are broken here. */
const answerWidth = 40;

/**
 * Returns one row per question, with the time that each transport took, and the speed of small
 * calls. It shows the answers of the first transport; for the questions in `checked` the table says
 * that the file system agrees.
 */
export function answersTable(
  answers: readonly TransportAnswers[],
  checked?: ReadonlyMap<string, unknown>,
): string {
  const agreement = checked === undefined ? [] : ["Disk"];
  const table = new Table({
    head: ["Question", "Answer", ...agreement, ...answers.map(({ transport }) => transport)],
    colWidths: [null, answerWidth],
    wordWrap: true,
    colAligns: [
      "left",
      "left",
      ...agreement.map(() => "left" as const),
      ...answers.map(() => "right" as const),
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const { question, answer } of answers[0]?.outcomes ?? []) {
    const times = answers.map(({ outcomes }) => timeOf(outcomes.find((each) => each.question === question)));
    const agrees = agreement.map(() => (checked?.has(question) === true ? "agrees" : ""));
    table.push([question, answer, ...agrees, ...times]);
  }
  const unchecked = agreement.map(() => "");
  const speeds = answers.map(({ speed }) => speed);
  table.push(
    [calledForSpeed, "one at a time, median", ...unchecked, ...speeds.map(describeLatency)],
    ["", `${inFlight} at a time, calls a second`, ...unchecked, ...speeds.map(describeRate)],
  );
  return table.toString();
}

function describeLatency({ p50Us }: Speed): string {
  return `${p50Us.toFixed(p50Us < 100 ? 1 : 0)} µs`;
}

function describeRate({ callsPerSecond }: Speed): string {
  const thousands = callsPerSecond / 1000;
  return `${thousands.toFixed(thousands < 100 ? 1 : 0)} k/s`;
}

function timeOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "";
  const time = `${outcome.ms.toFixed(1)} ms`;
  return outcome.remark === undefined ? time : `${time}\n${outcome.remark}`;
}
