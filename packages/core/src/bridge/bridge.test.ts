import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import * as stub from "../stub-v1/index.js";
import { bridgeTransport } from "./bridge-transport.js";
import { describeShape } from "./describe-shape.js";

test("describes each kind of type", () => {
  const item = stub.object("Item", { name: stub.string, note: stub.optional(stub.string) });
  expect(describeShape(stub.date)).toEqual({ kind: "Date" });
  expect(describeShape(stub.lazy(() => item))).toMatchObject({
    kind: "object",
    name: "Item",
    fields: [
      { name: "name", optional: false },
      { name: "note", optional: true },
    ],
  });
  expect(describeShape(stub.tuple([stub.string, stub.number], { optional: 1, rest: item }))).toEqual({
    kind: "tuple",
    items: [stub.string, stub.number],
    required: 1,
    rest: item,
  });
  expect(describeShape(stub.map(stub.string, item))).toEqual({
    kind: "map",
    key: stub.string,
    value: item,
  });
  expect(describeShape(stub.record(item))).toEqual({ kind: "record", item });
  expect(describeShape(stub.stream(item))).toEqual({ kind: "stream", item });
  expect(describeShape(stub.oneOf("Size", ["s", "m"]))).toEqual({ kind: "oneOf", values: ["s", "m"] });
  expect(describeShape(stub.typedArray("Int16Array"))).toEqual({ kind: "typedArray", name: "Int16Array" });
  for (const tagged of [false, true]) {
    const union = stub.union("A | B", [stub.string, item], { tagged });
    expect(describeShape(union)).toEqual({ kind: "union", label: "A | B", members: [stub.string, item] });
  }
  expect(describeShape(stub.func("done", [], stub.void))).toEqual({ kind: "function", name: "done" });
  expect(describeShape(stub.subscription)).toEqual({ kind: "reference", name: "Subscription" });
});

test("the server of a bridge sees the peer of the bridge, and nothing of this process", async () => {
  const peer = { transport: "fax", address: "fax:1" };
  const transport = bridgeTransport(peer);
  const seen = Promise.withResolvers<unknown>();
  await using server = await serve(transport, [], {
    onConnection: (connection) => seen.resolve(connection.peer),
  });
  await using connection = await connect(transport);
  expect(await seen.promise).toEqual(peer);
  expect(connection.transport.name).toBe("fax");
  await connection.close();
  await server.close();
  await expect(connect(transport, { timeoutMs: 50 })).rejects.toMatchObject({ code: "unavailable" });
});
