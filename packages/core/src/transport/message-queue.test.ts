import { expect, test } from "vitest";
import { MessageQueue } from "./message-queue.js";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test("an abort is reported even if the receiver pauses in the delivery that caused it", async () => {
  const told: string[] = [];
  const queue = new MessageQueue(() => {});
  queue.start({
    message() {
      told.push("message");
      queue.abort();
      queue.pause();
    },
    drained() {},
    closed: () => void told.push("closed"),
  });
  queue.push(Uint8Array.of(1));
  queue.push(Uint8Array.of(2));
  await turn();
  expect(told).toEqual(["message", "closed"]);
});
