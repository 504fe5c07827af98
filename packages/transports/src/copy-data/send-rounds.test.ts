import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Hwnd } from "../win32/types.js";
import { encodeIntroduction, parseChunk } from "./chunk.js";
import { ChunkReceiver, sharedWindow } from "./chunk-receiver.js";
import { kinds, results } from "./copy-data-layout.js";
import {
  attemptMs,
  busyRetryMs,
  hungMs,
  openingAttemptMs,
  retryMs,
  unansweredShare,
} from "./copy-data-limits.js";
import { PumpLink } from "./pump-link.js";
import { cells, type PumpEvent, totals } from "./pump-messages.js";
import { PumpState } from "./pump-state.js";
import { SendRounds } from "./send-rounds.js";

const { sendChunk } = vi.hoisted(() => ({ sendChunk: vi.fn<(...args: readonly unknown[]) => unknown>() }));
vi.mock("./send-chunk.js", () => ({ sendChunk }));

const own = 1 as Hwnd;

/** A connection whose peer's window never answers, on a clock that the test sets. */
function silentPeer() {
  let now = 1_000_000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  sendChunk.mockReset().mockImplementation((...args: readonly unknown[]) => {
    now += args[2] as number;
    return "silent";
  });
  const events: PumpEvent[] = [];
  const start = {
    wakeEvent: 0,
    cells: new Int32Array(new SharedArrayBuffer(4 * cells.count)),
    program: "data:text/javascript,",
    threads: 1,
    totals: new Int32Array(new SharedArrayBuffer(4 * Object.keys(totals).length)),
    port: { postMessage: (told: PumpEvent[]) => void events.push(...told) } as never,
  };
  const state = new PumpState(start, undefined);
  const key = Buffer.alloc(16, 1);
  const add = (number: number, role: "client" | "server" = "client") => {
    const link = new PumpLink({
      number,
      key: String(number),
      clientKey: String(number),
      window: (number + 1) as Hwnd,
      opening: encodeIntroduction({ window: own, key }),
      receiver: new ChunkReceiver(sharedWindow(), 0),
      role,
    });
    state.add(link);
    return link;
  };
  const silent = add(1);
  const rounds = new SendRounds(state, own);
  return {
    rounds,
    silent,
    /** Adds forged openings: the window that each names does not answer. */
    forge: (count: number) => {
      state.remove(silent);
      for (let number = 10; number < 10 + count; number++) add(number, "server");
    },
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
    /**
     * Adds another peer, which is busy and sends `ready` while the pump waits for the first one.
     */
    calledMeanwhile: () => {
      state.active.delete(silent);
      const link = add(2);
      link.isEstablished = true;
      link.busyUntil = now + busyRetryMs;
      state.active.add(silent);
      sendChunk.mockImplementationOnce(() => {
        now += attemptMs;
        link.busyUntil = 0;
        return "silent";
      });
      return link;
    },
    breaks: () => {
      state.flushEvents();
      return events;
    },
  };
}

describe("a peer that is busy", () => {
  test("is notified at once that there is room here", () => {
    const { rounds, silent: link } = silentPeer();
    link.isEstablished = true;
    link.peerKey = Buffer.alloc(16, 2);
    sendChunk.mockReturnValue(results.taken);
    rounds.run();
    link.sender.add(Buffer.from("x"));
    sendChunk.mockReturnValue(results.busy);
    rounds.run();
    expect(rounds.run()).toBe(false);
    expect(rounds.sleepMs()).toBe(busyRetryMs);
    link.announceRoom();
    rounds.run();
    const [, bytes] = sendChunk.mock.lastCall as unknown as [unknown, Buffer];
    expect(parseChunk(bytes)?.kind).toBe(kinds.ready);
    expect(sendChunk).toHaveBeenCalledTimes(3);
  });
});

describe("a window that does not answer", () => {
  test("is tried again on time, also if its time comes between the round and the sleep", () => {
    const { rounds, pass } = silentPeer();
    rounds.run();
    expect(rounds.sleepMs()).toBe(retryMs);
    pass(retryMs - 1);
    expect(rounds.run()).toBe(false);
    expect(sendChunk).toHaveBeenCalledTimes(1);
    pass(2);
    expect(rounds.sleepMs()).toBe(0);
  });

  test("does not delay a peer that became ready meanwhile", () => {
    const { rounds, calledMeanwhile } = silentPeer();
    const link = calledMeanwhile();
    expect(rounds.run()).toBe(true);
    sendChunk.mockReturnValue(results.taken);
    rounds.run();
    expect(link.sender.current()).toBeUndefined();
  });

  test("counts as hung after a while", () => {
    const { rounds, pass, breaks } = silentPeer();
    for (let waited = 0; waited <= hungMs && breaks().length === 0; waited += attemptMs + retryMs) {
      rounds.run();
      pass(retryMs);
    }
    expect(breaks()).toEqual([{ kind: "broken", link: 1, break: "hung" }]);
  });

  test("does not count as hung because the machine has slept", () => {
    const { rounds, pass, breaks } = silentPeer();
    rounds.run();
    pass(3_600_000);
    rounds.run();
    pass(retryMs);
    rounds.run();
    expect(breaks()).toEqual([]);
  });
});

describe("forged openings", () => {
  test("get a share of the time that does not grow with their number", () => {
    for (const count of [4, 64]) {
      const { rounds, forge, now, pass } = silentPeer();
      forge(count);
      // Each is tried once at first.
      for (let round = 0; round < count; round++) rounds.run();
      const [began, before] = [now(), sendChunk.mock.calls.length];
      while (now() - began < hungMs / 2) {
        rounds.run();
        pass(1);
      }
      const spentMs = (sendChunk.mock.calls.length - before) * openingAttemptMs;
      expect(spentMs).toBeLessThanOrEqual((now() - began) / unansweredShare + openingAttemptMs);
      expect(spentMs).toBeGreaterThan(0);
    }
  });
});
