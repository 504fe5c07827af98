import { questions } from "../questions/questions.js";
import type { TransportAnswers } from "./answers-table.js";

/** The expected answers to questions that nothing on disk can answer. */
const required: ReadonlyMap<string, RegExp> = new Map<string, RegExp>([
  [questions.wrongPath, /^notFound\n/],
  [questions.escape, /^permissionDenied\n/],
  [questions.absolute, /^permissionDenied\n/],
  // A search of a small tree may finish before its time is over.
  [questions.timeout, /^(?:deadlineExceeded\nthe server stopped|finished\n)/],
  [questions.cancel, /^(?:cancelled\nthe server stopped|finished\n|cancelled\nthe server had searched)/],
  [questions.afterwards, /^none$/],
]);

/** Returns the faults of the answers, a sentence each; an empty list if there are none. */
export function findDisagreements(
  answers: readonly Omit<TransportAnswers, "speed">[],
  expected: ReadonlyMap<string, string>,
): readonly string[] {
  return answers.flatMap(({ transport, outcomes }) =>
    Object.values(questions).flatMap((question) => {
      const answer = outcomes.find((outcome) => outcome.question === question)?.answer;
      const right = expected.get(question) ?? required.get(question);
      const agrees = typeof right === "string" ? right === answer : right?.test(answer ?? "");
      if (agrees === true) return [];
      return [
        `${question}, by ${transport}: the answer is ${oneLine(answer)}, but right is ${oneLine(right)}`,
      ];
    }),
  );
}

function oneLine(text: unknown): string {
  return text === undefined ? "missing" : JSON.stringify(String(text));
}
