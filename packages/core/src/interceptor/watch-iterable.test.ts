import { expect, test } from "vitest";
import { isAsyncIterable, watchIterable } from "./watch-iterable.js";

async function* numbers(log: string[] = []) {
  try {
    yield 1;
    yield 2;
  } finally {
    log.push("left");
  }
}

function watched(iterable: AsyncIterable<number>) {
  const ends: unknown[][] = [];
  return { ends, items: watchIterable(iterable, (...error) => void ends.push(error)) };
}

test("the end is reported once", async () => {
  const { ends, items } = watched(numbers());
  const got: number[] = [];
  for await (const item of items) got.push(item);
  expect(got).toEqual([1, 2]);
  expect(await items.next()).toEqual({ done: true, value: undefined });
  await items.return?.();
  expect(ends).toEqual([[]]);
});

test("leaving early is reported, and passed to the source", async () => {
  const log: string[] = [];
  const { ends, items } = watched(numbers(log));
  for await (const _ of items) break;
  expect(log).toEqual(["left"]);
  expect(ends).toEqual([[]]);
});

test("a failure is reported with its error", async () => {
  const error = new Error("no");
  const { ends, items } = watched(
    (async function* () {
      yield 1;
      throw error;
    })(),
  );
  await items.next();
  await expect(items.next()).rejects.toBe(error);
  expect(ends).toEqual([[error]]);
});

test("an error thrown into it arrives in the source", async () => {
  const log: string[] = [];
  const { ends, items } = watched(numbers(log));
  await items.next();
  const error = new Error("no");
  await expect(items.throw?.(error)).rejects.toBe(error);
  expect(log).toEqual(["left"]);
  expect(ends).toEqual([[error]]);
});

test("an error thrown into a source without `throw` ends it", async () => {
  let returned = 0;
  const plain: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: 1 }),
      return: async () => {
        returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  const { ends, items } = watched(plain);
  await items.next();
  await expect(items.throw?.("no")).rejects.toBe("no");
  expect(returned).toBe(1);
  expect(ends).toEqual([["no"]]);
});

test("leaving before the first read leaves the source too", async () => {
  const log: string[] = [];
  const { ends, items } = watched({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: 1 }),
      return: async () => {
        log.push("left");
        return { done: true, value: undefined };
      },
    }),
  });
  await items.return?.();
  expect(await items.next()).toEqual({ done: true, value: undefined });
  expect(log).toEqual(["left"]);
  expect(ends).toEqual([[]]);
});

test.each([
  [numbers(), true],
  [{ [Symbol.asyncIterator]: 1 }, true],
  [[1], false],
  [null, false],
  ["text", false],
])("%o is an async iterable: %s", (value, expected) => {
  expect(isAsyncIterable(value)).toBe(expected);
});
