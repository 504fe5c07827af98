import { expect, test } from "vitest";
import { SendGauge, sendHighWaterBytes, sendLowWaterBytes } from "./send-gauge.js";

test("a sender is asked to wait from the high mark on, until the low mark is reached", () => {
  const gauge = new SendGauge();
  expect(gauge.accept(sendHighWaterBytes - 1)).toBe(true);
  expect(gauge.accept(1)).toBe(false);
  expect(gauge.take(sendHighWaterBytes - sendLowWaterBytes - 1)).toBe(false);
  expect(gauge.accept(0)).toBe(false);
  expect(gauge.take(1)).toBe(true);
  expect(gauge.accept(1)).toBe(true);
});

test("a sender that does not wait is not told that it may go on", () => {
  const gauge = new SendGauge();
  gauge.accept(1000);
  expect(gauge.take(1000)).toBe(false);
});

test("bytes that were never accepted do not count as taken", () => {
  const gauge = new SendGauge();
  gauge.accept(10);
  gauge.take(1000);
  expect(gauge.bytes).toBe(0);
});
