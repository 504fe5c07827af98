import fc from "fast-check";
import { expect, test } from "vitest";
import { ViewMemory } from "../win32/view-memory.js";
import { rendezvousBytes, rendezvousFields, rendezvousSlots, slotFields } from "./layout.js";
import {
  isWaiting,
  postRequest,
  type Request,
  readRendezvousHeader,
  takeRequests,
  writeRendezvousHeader,
} from "./rendezvous.js";

const rendezvous = () => new ViewMemory(new ArrayBuffer(rendezvousBytes));

function request(seed: number): Request {
  return { linkId: Uint8Array.from({ length: 16 }, (_, i) => seed + i), capacity: 4096 * (seed + 1) };
}

const header = {
  serverProcessId: 0xfedc_ba98,
  serverStartTime: 0x01db_2233_4455_6677n,
  wakeEventId: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
};

test("a header is read as it was written, and not before it is complete", () => {
  const memory = rendezvous();
  expect(readRendezvousHeader(memory)).toBe("unfinished");
  writeRendezvousHeader(memory, header);
  expect(readRendezvousHeader(memory)).toEqual(header);
  memory.store(rendezvousFields.version.offset, 2);
  expect(readRendezvousHeader(memory)).toBe("foreign");
});

test("each request is taken once, from any slot", () => {
  const memory = rendezvous();
  const requests = Array.from({ length: 64 }, (_, i) => request(i));
  for (const each of requests) expect(postRequest(memory, each, 60)).toBe(true);
  expect(postRequest(memory, request(64), 0)).toBe(false);
  expect(requests.every((each) => isWaiting(memory, each))).toBe(true);
  expect(isWaiting(memory, request(64))).toBe(false);
  const taken = takeRequests(memory);
  expect(new Set(taken.map(({ capacity }) => capacity))).toEqual(
    new Set(requests.map(({ capacity }) => capacity)),
  );
  expect(taken).toContainEqual(request(63));
  expect(takeRequests(memory)).toEqual([]);
  expect(requests.some((each) => isWaiting(memory, each))).toBe(false);
  expect(postRequest(memory, request(64), 0)).toBe(true);
});

test("a client that stops halfway holds no slot", () => {
  const memory = rendezvous();
  for (let slot = 0; slot < rendezvousSlots.count; slot++) {
    memory.write(
      rendezvousSlots.offset + slot * rendezvousSlots.bytes + slotFields.linkId.offset,
      request(slot).linkId,
    );
  }
  expect(takeRequests(memory)).toEqual([]);
  expect(postRequest(memory, request(9), 0)).toBe(true);
  expect(takeRequests(memory)).toEqual([request(9)]);
});

test("at most 64 requests are taken from arbitrary bytes, and the rendezvous is empty afterwards", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: rendezvousBytes, maxLength: rendezvousBytes }), (bytes) => {
      const memory = new ViewMemory(bytes.slice().buffer);
      expect(takeRequests(memory).length).toBeLessThanOrEqual(rendezvousSlots.count);
      expect(takeRequests(memory)).toEqual([]);
      readRendezvousHeader(memory);
    }),
    { numRuns: 100 },
  );
});
