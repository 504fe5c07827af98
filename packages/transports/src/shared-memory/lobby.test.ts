import fc from "fast-check";
import { expect, test } from "vitest";
import { ViewMemory } from "../win32/view-memory.js";
import { lobbyBytes, lobbyFields, lobbySlots, slotFields } from "./layout.js";
import {
  isWaiting,
  leaveRequest,
  type Request,
  readLobbyHeader,
  takeRequests,
  writeLobbyHeader,
} from "./lobby.js";

const lobby = () => new ViewMemory(new ArrayBuffer(lobbyBytes));

function request(seed: number): Request {
  return { linkId: Uint8Array.from({ length: 16 }, (_, i) => seed + i), capacity: 4096 * (seed + 1) };
}

const header = {
  serverProcessId: 0xfedc_ba98,
  serverStartTime: 0x01db_2233_4455_6677n,
  wakeEventId: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
};

test("a header is read as it was written, and not before it is whole", () => {
  const memory = lobby();
  expect(readLobbyHeader(memory)).toBe("unfinished");
  writeLobbyHeader(memory, header);
  expect(readLobbyHeader(memory)).toEqual(header);
  memory.store(lobbyFields.version.offset, 2);
  expect(readLobbyHeader(memory)).toBe("foreign");
});

test("each request is taken once, from wherever it was left", () => {
  const memory = lobby();
  const requests = Array.from({ length: 64 }, (_, i) => request(i));
  for (const each of requests) expect(leaveRequest(memory, each, 60)).toBe(true);
  expect(leaveRequest(memory, request(64), 0)).toBe(false);
  expect(requests.every((each) => isWaiting(memory, each))).toBe(true);
  expect(isWaiting(memory, request(64))).toBe(false);
  const taken = takeRequests(memory);
  expect(new Set(taken.map(({ capacity }) => capacity))).toEqual(
    new Set(requests.map(({ capacity }) => capacity)),
  );
  expect(taken).toContainEqual(request(63));
  expect(takeRequests(memory)).toEqual([]);
  expect(requests.some((each) => isWaiting(memory, each))).toBe(false);
  expect(leaveRequest(memory, request(64), 0)).toBe(true);
});

test("a client that stops half-way holds nothing", () => {
  const memory = lobby();
  for (let slot = 0; slot < lobbySlots.count; slot++) {
    memory.write(
      lobbySlots.offset + slot * lobbySlots.bytes + slotFields.linkId.offset,
      request(slot).linkId,
    );
  }
  expect(takeRequests(memory)).toEqual([]);
  expect(leaveRequest(memory, request(9), 0)).toBe(true);
  expect(takeRequests(memory)).toEqual([request(9)]);
});

test("whatever stands in a lobby, at most 64 requests come out and it is empty afterwards", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: lobbyBytes, maxLength: lobbyBytes }), (bytes) => {
      const memory = new ViewMemory(bytes.slice().buffer);
      expect(takeRequests(memory).length).toBeLessThanOrEqual(lobbySlots.count);
      expect(takeRequests(memory)).toEqual([]);
      readLobbyHeader(memory);
    }),
    { numRuns: 100 },
  );
});
