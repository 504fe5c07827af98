import { MessageChannel } from "node:worker_threads";
import type { Transport } from "@crosspane/core/transport";
import { describe, expect, test } from "vitest";
import { messagePort } from "./message-port/index.js";
import { autoOrder, existsOn, type RegisteredTransport, transportRegistry } from "./transport-registry.js";

const rows = Object.entries<RegisteredTransport>(transportRegistry);

async function open(row: RegisteredTransport): Promise<Transport> {
  switch (row.address) {
    case "name":
      return row.open("registered");
    case "host":
      return row.open({ host: "127.0.0.1", port: 5000 });
    case "child":
      return row.open();
    case "object": {
      const { port1 } = new MessageChannel();
      port1.close();
      return messagePort(port1);
    }
  }
}

describe.each(rows)("the row of %s", (scheme, row) => {
  test("has the name and the features of the transport", async () => {
    const { name, maxMessageBytes: _, ...features } = (await open(row)).capabilities;
    const system = row.systems === "windows" ? "win32" : process.platform;
    const registered = Object.keys(features).map((feature) => [
      feature,
      existsOn(row.features[feature as keyof typeof features], system),
    ]);
    expect({ name, ...features }).toEqual({ name: scheme, ...Object.fromEntries(registered) });
  });

  test("has no feature on a system that does not have the transport", () => {
    if (row.systems === "windows") expect(Object.values(row.features)).not.toContain("all");
  });
});

test("auto: has one transport for each rank, and tries them in that order", () => {
  const ranks = rows.flatMap(([, row]) => (row.address === "name" ? [row.autoRank] : []));
  const used = ranks.filter((rank) => rank !== null);
  expect(used.toSorted()).toEqual(used.map((_, index) => index + 1));
  expect(autoOrder("win32")).toEqual(["shm", "pipe", "copydata"]);
  expect(autoOrder("linux")).toEqual(["pipe"]);
});
