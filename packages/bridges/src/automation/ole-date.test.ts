import { expect, test } from "vitest";
import { fromOleDate, toOleDate } from "./ole-date.js";

test.each([
  [new Date(1899, 11, 30), 0],
  [new Date(1900, 0, 1, 12), 2.5],
  // The fraction counts forward in the day: 6 hours after midnight of 29 December.
  [new Date(1899, 11, 29, 6), -1.25],
  [new Date(2026, 10, 30, 18), 46_356.75],
])("a date of automation is that of the clock: %s", (date, days) => {
  expect(toOleDate(date)).toBe(days);
  expect(fromOleDate(days)).toEqual(date);
});
