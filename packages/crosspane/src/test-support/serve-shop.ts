import { randomUUID } from "node:crypto";
import { callContext, serve } from "@crosspane/transports";
import { Shop } from "./shop.crosspane.js";
import { OutOfStock } from "./shop.service.js";

/** A shop that serves, and the lines that its clients logged. */
export interface ServedShop extends AsyncDisposable {
  readonly endpoint: string;
  /** Calls of `hang` that run. */
  readonly hanging: number;
  readonly logged: readonly string[];
  /** Calls of `hang` and `ticks` that were cancelled. */
  readonly cancelled: readonly string[];
}

/** Serves a shop under a name of its own. */
export async function serveShop(): Promise<ServedShop> {
  const logged: string[] = [];
  const cancelled: string[] = [];
  let hanging = 0;
  const endpoint = `pipe:shop-${randomUUID()}`;
  const server = await serve(endpoint, [
    Shop.implement({
      greet: async (name, times = 1) => Array(times).fill(`Hello ${name}.`).join(" "),
      sum: async (...numbers) => numbers.reduce((total, each) => total + each, 0),
      mirror: async (values) => values,
      photo: async () => Uint8Array.of(0, 255, 10),
      buy: async (sku) => {
        throw new OutOfStock(sku);
      },
      open: async () => ({ total: async () => 3, [Symbol.dispose]() {} }),
      metadata: async () => callContext().metadata,
      async *count(to) {
        for (let i = 1; i <= to; i++) yield i;
      },
      async *ticks() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          cancelled.push("ticks");
        }
      },
      hang: () => {
        hanging++;
        return new Promise((_, reject) => {
          callContext().signal.addEventListener("abort", () => {
            hanging--;
            cancelled.push("hang");
            reject(new Error("cancelled"));
          });
        });
      },
      log: (line) => {
        logged.push(line);
      },
    }),
  ]);
  return {
    endpoint,
    logged,
    cancelled,
    get hanging() {
      return hanging;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
