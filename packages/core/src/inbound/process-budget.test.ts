import { expect, test } from "vitest";
import { BudgetShare, ProcessBudget } from "./process-budget.js";

test("a connection that holds nothing gets its part, however much the others hold", () => {
  const budget = new ProcessBudget();
  const greedy = new BudgetShare(budget, 1_000_000);
  const late = new BudgetShare(budget, 1_000_000);
  greedy.add(1_000_000);
  expect(greedy.hasRoom(100_000)).toBe(false);
  expect(late.hasRoom(500_000)).toBe(true);
  expect(late.hasRoom(500_001)).toBe(false);
  late.add(500_000);
  expect(late.hasRoom(100_000)).toBe(false);
});

test("small calls always have room", () => {
  const budget = new ProcessBudget();
  const shares = Array.from({ length: 20 }, () => new BudgetShare(budget, 1_000_000));
  for (const share of shares) while (share.hasRoom(50_000)) share.add(50_000);
  const late = new BudgetShare(budget, 1_000_000);
  expect(late.hasRoom(60_000)).toBe(true);
  expect(late.hasRoom(70_000)).toBe(false);
});

test("all connections together hold at most twice the limit, beside the bytes that each may always hold", () => {
  const budget = new ProcessBudget();
  const shares = Array.from({ length: 50 }, () => new BudgetShare(budget, 1_000_000));
  for (let round = 0; round < 100; round++) {
    for (const share of shares) while (share.hasRoom(9_000)) share.add(9_000);
  }
  expect(budget.bytes).toBeLessThanOrEqual(2_000_000 + 50 * 64 * 1024);
});

test("a value larger than the limit is allowed if nothing else is held", () => {
  const budget = new ProcessBudget();
  const share = new BudgetShare(budget, 1_000_000);
  expect(share.hasRoom(5_000_000)).toBe(true);
});

test("a refused connection is notified once when others release bytes, and not after its end", () => {
  const budget = new ProcessBudget();
  const told: string[] = [];
  const greedy = new BudgetShare(budget, 1_000_000);
  const [first, second] = ["first", "second"].map(
    (name) => new BudgetShare(budget, 1_000_000, () => told.push(name)),
  ) as [BudgetShare, BudgetShare];
  greedy.add(1_000_000);
  for (const share of [first, second]) expect(share.hasRoom(900_000)).toBe(false);
  second.clear();
  greedy.remove(100_000);
  greedy.remove(100_000);
  expect(told).toEqual(["first"]);
  greedy.clear();
  expect(budget.bytes).toBe(0);
  expect(budget.holders).toBe(0);
});
