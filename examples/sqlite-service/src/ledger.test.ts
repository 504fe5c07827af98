import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { connect, serve, withOptions } from "@crosspane/transports";
import { expect, onTestFinished, test } from "vitest";
import { SqliteLedger } from "./database/sqlite-ledger.js";
import { Ledger } from "./ledger.crosspane.js";
import { ConstraintViolation, type NewEntry } from "./ledger.service.js";
import { tempFolder } from "./test-support/temp-folder.js";

async function clientOf(): Promise<Ledger> {
  const folder = await tempFolder();
  const endpoint = `memory:${randomUUID()}`;
  const ledger = new SqliteLedger(join(folder, "ledger.sqlite"));
  onTestFinished(() => ledger[Symbol.dispose]());
  const server = await serve(endpoint, [Ledger.implement(ledger)]);
  onTestFinished(() => server.close());
  const connection = await connect(endpoint);
  onTestFinished(() => connection.close());
  return connection.client(Ledger);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

async function* entries(...all: NewEntry[]): AsyncGenerator<NewEntry> {
  yield* all;
}

test("null, bytes, large integers and dates survive a round trip", async () => {
  const ledger = await clientOf();
  expect(await ledger.open("Ada", null)).toEqual({ name: "Ada", balance: 0n, note: null });
  const amount = 9_007_199_254_740_993n;
  const receipt = new Uint8Array([0, 255, 7]);
  const booked = await ledger.book({ account: "Ada", amount, receipt });
  await ledger.book({ account: "Ada", amount: -1n });
  expect(await all(ledger.entries())).toEqual([
    { id: 1n, at: booked.at, account: "Ada", amount, receipt },
    { id: 2n, at: expect.any(Date), account: "Ada", amount: -1n, receipt: null },
  ]);
  expect(await ledger.account("Ada")).toEqual({ name: "Ada", balance: amount - 1n, note: null });
  expect(await ledger.account("Bob")).toBeUndefined();
});

test.each([
  [(ledger: Ledger) => ledger.open("Ada"), { kind: "unique", rule: "account.name" }],
  [(ledger: Ledger) => ledger.book({ account: "Ada", amount: -1n }), { kind: "check", rule: "no_overdraft" }],
  [(ledger: Ledger) => ledger.book({ account: "Bob", amount: 1n }), { kind: "foreignKey", rule: null }],
])("refuses as itself, with its fields: %s", async (order, fields) => {
  const ledger = await clientOf();
  await ledger.open("Ada");
  const error = await order(ledger).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConstraintViolation);
  expect(error).toMatchObject(fields);
});

test("an amount that the database cannot hold is out of range", async () => {
  const ledger = await clientOf();
  await ledger.open("Ada");
  const order = ledger.book({ account: "Ada", amount: 2n ** 63n });
  await expect(order).rejects.toMatchObject({ name: "RpcError", code: "outOfRange" });
});

test("a transaction ends by commit, and is undone by the end of its scope", async () => {
  const ledger = await clientOf();
  {
    await using transaction = await ledger.begin();
    await transaction.open("Ada");
    expect(await ledger.accounts()).toEqual([]);
    expect(await transaction.accounts()).toHaveLength(1);
  }
  expect(await ledger.accounts()).toEqual([]);
  await using transaction = await ledger.begin();
  await transaction.open("Bob");
  await transaction.commit();
  expect(await ledger.accounts()).toHaveLength(1);
  await expect(transaction.open("Eve")).rejects.toMatchObject({ code: "failedPrecondition" });
  await expect(all(transaction.entries())).rejects.toMatchObject({ code: "failedPrecondition" });
});

test("entries booked together are booked as a whole, inside a transaction too", async () => {
  const ledger = await clientOf();
  await ledger.open("Ada");
  const bad = () => entries({ account: "Ada", amount: 5n }, { account: "Ada", amount: -9n });
  await expect(ledger.bookAll(bad())).rejects.toBeInstanceOf(ConstraintViolation);
  await using transaction = await ledger.begin();
  expect(await transaction.bookAll(entries({ account: "Ada", amount: 2n }))).toBe(1);
  await expect(transaction.bookAll(bad())).rejects.toBeInstanceOf(ConstraintViolation);
  await transaction.commit();
  expect(await ledger.account("Ada")).toMatchObject({ balance: 2n });
});

test("a cancelled wait for a turn does not write", async () => {
  const ledger = await clientOf();
  await using first = await ledger.begin();
  const controller = new AbortController();
  const second = withOptions(ledger, { signal: controller.signal }).open("Ada");
  const third = ledger.open("Bob");
  await expect.poll(() => ledger.status()).toMatchObject({ waitingWriters: 2 });
  controller.abort();
  await expect(second).rejects.toMatchObject({ code: "cancelled" });
  await first.commit();
  await third;
  expect(await ledger.accounts()).toMatchObject([{ name: "Bob" }]);
});

test("a reader sees the state from when it began", async () => {
  const ledger = await clientOf();
  await ledger.open("Ada");
  await ledger.book({ account: "Ada", amount: 1n });
  await ledger.book({ account: "Ada", amount: 2n });
  const amounts: bigint[] = [];
  for await (const { amount } of ledger.entries()) {
    if (amounts.length === 0) await ledger.book({ account: "Ada", amount: 3n });
    amounts.push(amount);
  }
  expect(amounts).toEqual([1n, 2n]);
});
