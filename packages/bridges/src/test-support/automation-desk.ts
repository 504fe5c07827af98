import { RpcError, subscription } from "@crosspane/core";
import { Account, Desk } from "./automation-desk.crosspane.js";
import type { Quote, Shape, Values } from "./automation-desk.service.js";

const quoteOf = (symbol: string): Quote => ({
  symbol,
  bid: 101.25,
  at: new Date(2026, 10, 30, 9, 15),
  tags: ["hot", "new"],
});

export const deskValues: Values = {
  text: "grüße",
  number: 1.5,
  flag: true,
  big: 2n ** 40n,
  at: new Date(2026, 0, 31, 12, 30, 15),
  bytes: Uint8Array.of(1, 2, 255),
  doubles: Float64Array.of(0.5, -2),
  list: [1, "two"],
  names: new Set(["a", "b"]),
  pairs: new Map([["one", 1]]),
  prices: { tea: 3.5 },
  nothing: null,
  shape: { kind: "circle", radius: 2 },
  inner: { deep: true },
};

/** Counters that tests look at. */
export interface DeskState {
  open: number;
  held: ((x: number) => Promise<number>) | undefined;
  readonly entries: string[];
}

/** Makes the service that the peers of the tests call. */
export function createDesk(state: DeskState = { open: 0, held: undefined, entries: [] }): Desk {
  const area = (shape: Shape) => (shape.kind === "circle" ? 3 * shape.radius ** 2 : shape.side ** 2);
  return {
    add: async (a, b) => a + b,
    upper: async (text) => text.toUpperCase(),
    greet: async (name, times = 1) => Array.from({ length: times }, () => `Hello ${name}`).join(" "),
    sum: async (...numbers) => numbers.reduce((all, each) => all + each, 0),
    total: async (numbers) => numbers.reduce((all, each) => all + each, 0),
    quote: async (symbol) => quoteOf(symbol),
    describe: async ({ symbol, bid, at, note, tags }) =>
      [symbol, bid, at.getFullYear(), note ?? "no note", tags.join("+")].join(" "),
    find: async (symbol) => (symbol === "MSFT" ? quoteOf(symbol) : null),
    area: async (shape) => area(shape),
    values: async () => deskValues,
    day: async (date) =>
      [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()].join(" "),
    big: async (value) => value * 2n,
    bytes: async (value) => value.map((byte) => 255 - byte),
    dictionary: async (prices) => Object.values(prices).reduce((all, each) => all + each, 0),
    anything: async (value) => value,
    slow: async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    },
    fail: async () => {
      throw new RpcError("notFound", "there is no symbol BAD");
    },
    crash: async () => {
      throw new Error("secret");
    },
    open: async (owner) => {
      state.open += 1;
      let balance = 0;
      return {
        owner: async () => owner,
        deposit: async (amount) => {
          balance += amount;
          return balance;
        },
        [Symbol.dispose]: () => {
          state.open -= 1;
        },
      };
    },
    ownerOf: (account) => account.owner(),
    apply: async (f, x) => f(x),
    adder: async (a) => async (b) => a + b,
    async *count(to) {
      for (let n = 1; n <= to; n++) yield n;
    },
    hold: async (f) => {
      state.held = f;
      return subscription(() => {
        state.held = undefined;
      });
    },
    log: (text) => {
      state.entries.push(text);
    },
    logged: async () => state.entries,
  };
}

export { Account, Desk };
