import Table from "cli-table3";
import type { Outcome } from "../questions/outcome.js";

/** The answers that came by one transport. */
export interface TransportAnswers {
  readonly transport: string;
  readonly outcomes: readonly Outcome[];
}

/**
 * One row per question, with the time that each transport took. The answers shown are those of the first one; for the
 * questions in `checked` the table says that the file system agrees.
 */
export function answersTable(
  answers: readonly TransportAnswers[],
  checked?: ReadonlyMap<string, unknown>,
): string {
  const agreement = checked === undefined ? [] : ["Disk"];
  const table = new Table({
    head: ["Question", "Answer", ...agreement, ...answers.map(({ transport }) => `${transport}:`)],
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
  return table.toString();
}

function timeOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "";
  const time = `${outcome.ms.toFixed(1)} ms`;
  return outcome.remark === undefined ? time : `${time}\n${outcome.remark}`;
}
