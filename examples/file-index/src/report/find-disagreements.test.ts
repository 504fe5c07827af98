import { expect, test } from "vitest";
import { questions } from "../questions/questions.js";
import type { TransportAnswers } from "./answers-table.js";
import { findDisagreements } from "./find-disagreements.js";

const expected = new Map(
  Object.values(questions)
    .slice(0, 9)
    .map((question) => [question, `right: ${question}`]),
);
const right: Readonly<Record<string, string>> = {
  ...Object.fromEntries(expected),
  [questions.wrongPath]: "notFound\nthere is none",
  [questions.escape]: "permissionDenied\nit leads out",
  [questions.absolute]: "permissionDenied\nit leads out",
  [questions.timeout]: "deadlineExceeded\nthe server stopped its search",
  [questions.cancel]: "cancelled\nthe server stopped its search",
  [questions.afterwards]: "none",
};

function answersOf(given: Readonly<Record<string, string>>): Omit<TransportAnswers, "speed">[] {
  const outcomes = Object.entries(given).map(([question, answer]) => ({ question, answer, ms: 1 }));
  return [{ transport: "pipe", outcomes }];
}

test("right answers", () => {
  expect(findDisagreements(answersOf(right), expected)).toEqual([]);
});

test.each(Object.values(questions))("a wrong answer to %j is found", (question) => {
  const found = findDisagreements(answersOf({ ...right, [question]: "wrong" }), expected);
  expect(found).toEqual([expect.stringMatching(/, by pipe: the answer is "wrong", but right is /)]);
});

test.each(Object.values(questions))("a missing answer to %j is found", (question) => {
  const { [question]: _, ...rest } = right;
  expect(findDisagreements(answersOf(rest), expected)).toHaveLength(1);
});
