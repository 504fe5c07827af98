import { describe, expect, test } from "vitest";
import { decodeAll } from "../test-support/decode-all.js";
import { defaultLimits } from "../transport/limits.js";
import { parseMessage } from "./parse-message.js";
import { PendingItems } from "./pending-items.js";

const stream = 70_000;

function add(items: PendingItems, value: unknown): void {
  items.add(value, items.measure(value));
}

function read(message: Uint8Array): readonly unknown[] {
  const parsed = parseMessage(new Uint8Array(message), defaultLimits);
  if (parsed.kind !== "items") throw new Error(parsed.kind);
  expect(parsed.stream).toBe(stream);
  return decodeAll(new Uint8Array(parsed.payload));
}

function sent(values: readonly unknown[]): readonly unknown[] {
  const items = new PendingItems(stream, 1e6);
  for (const value of values) add(items, value);
  expect(items.count).toBe(values.length);
  const message = new Uint8Array(items.take());
  expect([items.count, items.bytes]).toEqual([0, 0]);
  return read(message);
}

describe("pending items of a stream", () => {
  const values = [
    1,
    -5,
    2 ** 40,
    0.5,
    "text",
    "名".repeat(300),
    true,
    null,
    2n ** 60n,
    { a: [1, { b: "c" }] },
    new Uint8Array([1, 2]),
    new Uint8Array(300).fill(3),
    new Uint8Array(70_000).fill(4),
    [],
    new Date(5),
    undefined,
  ];

  test("arrive in order, whatever their types are", () => {
    expect(sent(values)).toEqual(values);
    expect(sent([...values].reverse())).toEqual([...values].reverse());
    for (const value of values) expect(sent([value])).toEqual([value]);
  });

  test.each([1, 15, 16, 255, 256, 1024])("%d of one type arrive", (count) => {
    for (const value of [7, "seven", { seven: 7 }, new Uint8Array(7)])
      expect(sent(new Array(count).fill(value))).toEqual(new Array(count).fill(value));
  });

  test("arrive as they were when they were added", () => {
    const items = new PendingItems(stream, 1e6);
    const row = { id: 1, tags: ["one"] };
    const bytes = new Uint8Array(3).fill(1);
    add(items, row);
    add(items, bytes);
    row.id = 2;
    row.tags.push("two");
    bytes.fill(2);
    expect(read(items.take())).toEqual([{ id: 1, tags: ["one"] }, new Uint8Array(3).fill(1)]);
  });

  test("of two streams do not share memory", () => {
    const [one, other] = [new PendingItems(stream, 1e6), new PendingItems(stream, 1e6)];
    for (let id = 0; id < 100; id++) {
      add(one, { id });
      add(other, { id: -id });
    }
    expect(read(one.take()).at(-1)).toEqual({ id: 99 });
    for (let id = 0; id < 50; id++) add(one, { id: 1000 + id });
    expect(read(other.take()).at(-1)).toEqual({ id: -99 });
    expect(read(one.take()).at(-1)).toEqual({ id: 1049 });
  });

  test("that fill a message fit into the peer's limit, at three bytes a character", () => {
    const maxMessageBytes = 16 * 1024;
    const items = new PendingItems(stream, maxMessageBytes);
    const text = "名".repeat(100);
    while (items.bytes + items.measure(text) <= items.maxBytes) add(items, text);
    expect(items.count).toBeGreaterThan(10);
    expect(items.take().length).toBeLessThanOrEqual(maxMessageBytes);
  });

  test("can be sent alone", () => {
    for (const value of values) {
      const items = new PendingItems(stream, 1e6);
      items.measure(value);
      expect(read(items.alone(value))).toEqual([value]);
    }
  });
});
