import { expect, test } from "vitest";
import { snapshot } from "./snapshot.js";

test("data is copied through and through", () => {
  const data = {
    list: [1, { deep: [2] }],
    map: new Map([[{ key: 1 }, { value: [3] }]]),
    set: new Set([[4]]),
    date: new Date(5),
    bytes: new Uint8Array([6]),
    floats: new Float64Array([7]),
    buffer: Buffer.from("8"),
    text: "nine",
    big: 10n,
    none: null,
    missing: undefined,
  };
  const before = structuredClone({ ...data, buffer: undefined });
  const copy = snapshot(data);
  expect(copy).toEqual(data);
  expect(Buffer.isBuffer(copy.buffer)).toBe(true);
  (data.list[1] as { deep: number[] }).deep.push(0);
  for (const value of data.map.values()) value.value.push(0);
  for (const item of data.set) item.push(0);
  data.date.setTime(0);
  data.bytes.fill(0);
  data.floats.fill(0);
  data.buffer.fill(0);
  data.text = "other";
  expect({ ...copy, buffer: undefined }).toEqual(before);
  expect(String(copy.buffer)).toBe("8");
});

test("functions and instances of classes stay the same", () => {
  class Service {
    readonly #state = 1;
    get state() {
      return this.#state;
    }
  }
  const held = { call: () => {}, service: new Service(), promise: Promise.resolve() };
  const copy = snapshot(held);
  expect(copy).not.toBe(held);
  expect(copy.call).toBe(held.call);
  expect(copy.service).toBe(held.service);
  expect(copy.promise).toBe(held.promise);
});

test("what contains itself ends", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  expect(snapshot(circular)).not.toBe(circular);
});

test("the environment of the process is copied", () => {
  process.env["CROSSPANE_SNAPSHOT"] = "before";
  const copy = snapshot(process.env);
  delete process.env["CROSSPANE_SNAPSHOT"];
  expect(copy["CROSSPANE_SNAPSHOT"]).toBe("before");
});
