import { type Code, callContext, RpcError } from "@crosspane/core";
import { Depot } from "./depot.crosspane.js";
import { OutOfStock } from "./depot.service.js";

/** Creates a depot, and records what happens in it. */
export function createDepot() {
  const record = { hanging: 0, cancelled: 0, sent: 0, logged: [] as string[] };
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      record.hanging++;
      signal.addEventListener("abort", () => {
        record.hanging--;
        record.cancelled++;
        reject(new Error("aborted"));
      });
    });
  const depot = Depot.implement({
    greet: async (name, times = 1) => Array(times).fill(`Hello ${name}.`).join(" "),
    sum: async (...numbers) => numbers.reduce((total, each) => total + each, 0),
    mirror: async (part) => part,
    pack: async (container) => container,
    find: async () => undefined,
    take: async (sku) => {
      throw new OutOfStock(sku, new Date(0));
    },
    fail: async (code) => {
      throw new RpcError(code as Code, "as asked", { details: { since: new Date(0) } });
    },
    metadata: async () => callContext().metadata,
    remaining: async () => callContext().remainingMs,
    hang: async (signal) => untilAborted(signal ?? callContext().signal),
    log: (line) => {
      record.logged.push(line);
    },
    async *count(to) {
      for (let i = 1; i <= to; i++) yield i;
      if (to < 0) throw new RpcError("outOfRange", "below zero");
      if (to === 3) throw new RpcError("dataLoss", "three is lost");
    },
    async *flood(bytes) {
      try {
        for (;;) {
          record.sent++;
          yield "x".repeat(bytes);
        }
      } finally {
        record.cancelled++;
      }
    },
    async *wait(...items) {
      yield* items;
      await untilAborted(callContext().signal);
    },
    restricted: async () => {},
  });
  return { depot, record };
}
