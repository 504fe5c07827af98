import { expect, test } from "vitest";
import { defaultLimits } from "../transport/limits.js";
import { ReceivedArgs } from "../wire/received-args.js";
import { type DeferredCall, DeferredCalls } from "./deferred-calls.js";

const noArgs = new ReceivedArgs(Uint8Array.of(0x90), 0, 1, 64);

const call = (id: number, bytes = 1): DeferredCall => ({
  message: { kind: "call", id, target: 0, method: 0, args: noArgs },
  bytes,
  announced: undefined,
  target: undefined,
  kept: [],
});
const notify: DeferredCall = {
  message: { kind: "notify", target: 0, method: 0, args: noArgs },
  bytes: 1,
  announced: undefined,
  target: undefined,
  kept: [],
};
const any = () => true;

test("calls leave in their order of arrival, also those added meanwhile", () => {
  const deferred = new DeferredCalls({ ...defaultLimits, maxDeferredBytes: 1_000_000 });
  deferred.add(call(7), "service");
  deferred.add(notify, "object");
  expect(deferred.next(any)).toEqual(call(7));
  deferred.add(call(7), "object");
  deferred.add(call(3), "service");
  expect([1, 2, 3, 4].map(() => deferred.next(any))).toEqual([notify, call(7), call(3), undefined]);
  deferred.add(call(1), "service");
  expect(deferred.next(any)).toEqual(call(1));
  expect(deferred.next(any)).toBeUndefined();
});

test("calls of one kind overtake those of the other kind that may not start", () => {
  const deferred = new DeferredCalls({ ...defaultLimits, maxDeferredBytes: 1_000_000 });
  for (let id = 0; id < 6; id++) deferred.add(call(id), id % 2 === 0 ? "service" : "object");
  expect(deferred.next((kind) => kind === "object")).toEqual(call(1));
  deferred.remove(3);
  expect(deferred.next((kind) => kind === "object")).toEqual(call(5));
  expect(deferred.first("object")).toBeUndefined();
  expect(deferred.next((kind) => kind === "object")).toBeUndefined();
  expect([1, 2, 3].map(() => deferred.next(any))).toEqual([call(0), call(2), call(4)]);
  expect(deferred.size).toBe(0);
});

test("a removed call releases its bytes", () => {
  const deferred = new DeferredCalls({ ...defaultLimits, maxDeferredBytes: 3000 });
  expect(deferred.add(call(1, 400), "service")).toBeUndefined();
  expect(deferred.add(call(2, 400), "object")).toBeUndefined();
  expect(deferred.add(call(3, 400), "service")?.message).toContain("maxDeferredBytes = 3000");
  expect(deferred.remove(1)).toEqual(call(1, 400));
  expect(deferred.remove(1)).toBeUndefined();
  expect(deferred.add(call(3, 400), "service")).toBeUndefined();
  expect(deferred.size).toBe(2);
});

test("a hundred thousand calls are added and removed in constant time each", () => {
  const deferred = new DeferredCalls({ ...defaultLimits, maxDeferredBytes: 1_000_000_000 });
  for (let id = 0; id < 100_000; id++) deferred.add(call(id), id % 3 === 0 ? "service" : "object");
  for (let id = 0; id < 100_000; id += 2) deferred.remove(id);
  let taken = 0;
  while (deferred.next(any) !== undefined) taken++;
  expect(taken).toBe(50_000);
});
