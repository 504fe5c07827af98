import { expect, test } from "vitest";
import type { CallMessage, NotifyMessage } from "../wire/message.js";
import { DeferredCalls } from "./deferred-calls.js";

const call = (id: number): CallMessage => ({ kind: "call", id, target: 0, method: 0, args: [] });
const notify: NotifyMessage = { kind: "notify", target: 0, method: 0, args: [] };

test("calls come out in the order in which they came, also those added meanwhile", () => {
  const deferred = new DeferredCalls(1_000_000);
  deferred.add(call(7), 1);
  deferred.add(notify, 1);
  expect(deferred.next()).toEqual({ message: call(7), bytes: 1 });
  deferred.add(call(7), 1);
  deferred.add(call(3), 1);
  expect([1, 2, 3, 4].map(() => deferred.next()?.message)).toEqual([notify, call(7), call(3), undefined]);
  deferred.add(call(1), 1);
  expect(deferred.next()?.message).toEqual(call(1));
});

test("a removed call gives its room back", () => {
  const deferred = new DeferredCalls(3000);
  expect(deferred.add(call(1), 400)).toBe(true);
  expect(deferred.add(call(2), 400)).toBe(true);
  expect(deferred.add(call(3), 400)).toBe(false);
  expect(deferred.remove(1)?.message).toEqual(call(1));
  expect(deferred.remove(1)).toBeUndefined();
  expect(deferred.add(call(3), 400)).toBe(true);
  expect(deferred.size).toBe(2);
});

test("a hundred thousand are taken and removed without walking over each other", () => {
  const deferred = new DeferredCalls(1_000_000_000);
  for (let id = 0; id < 100_000; id++) deferred.add(call(id), 1);
  for (let id = 0; id < 100_000; id += 2) deferred.remove(id);
  let taken = 0;
  while (deferred.next() !== undefined) taken++;
  expect(taken).toBe(50_000);
});
