import { callContext } from "../../../call/call-context.js";
import { Conformance, ConformanceCaller } from "../conformance.crosspane.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

/** Returns bytes that identify their position and their call. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 31 + seed;
  return bytes;
}

/** Next to the powers of two lie the ends of buffers, rings, chunks and length fields. */
function aroundPowersOfTwo(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i)).flatMap((n) => [n - 1, n, n + 1]);
}

/** Sends bytes of this length there and back, and compares them. */
async function echoes(kit: ConformanceKit, service: Conformance, length: number): Promise<void> {
  const bytes = pattern(length, length);
  kit.equal(await service.echoBytes(bytes), bytes);
}

export const unaryTrafficCases: readonly ConformanceCase[] = cases("unary", {
  "sizes next to the powers of two up to 64 KiB pass": async (kit) => {
    const service = await kit.client();
    for (const length of aroundPowersOfTwo(4, 16)) await echoes(kit, service, length);
  },
  "sizes next to the powers of two up to 4 MiB pass": async (kit) => {
    const service = await kit.client();
    for (const length of aroundPowersOfTwo(17, 20)) await echoes(kit, service, length);
    // The neighbours of larger ones would take most of the time.
    for (const length of [2 ** 21 + 1, 2 ** 22 - 1]) await echoes(kit, service, length);
  },
  "300 requests of odd sizes, 20 at once, keep their bytes": async (kit) => {
    const service = await kit.client();
    for (let round = 0; round < 15; round++) {
      const sent = Array.from({ length: 20 }, (_, i) => pattern(((round * 20 + i) * 7919) % 50_021, i));
      kit.equal(await Promise.all(sent.map((bytes) => service.echoBytes(bytes))), sent);
    }
  },
  "8 requests of 512 KiB at once keep their bytes": async (kit) => {
    const service = await kit.client();
    const sent = Array.from({ length: 8 }, (_, i) => pattern(512 * 1024, i));
    kit.equal(await Promise.all(sent.map((bytes) => service.echoBytes(bytes))), sent);
  },
  "small requests between large ones find their answers": async (kit) => {
    const service = await kit.client();
    const large = Array.from({ length: 4 }, (_, i) => pattern(1024 * 1024, i));
    const calls = large.map((bytes, i) => Promise.all([service.echoBytes(bytes), service.add(i, 1)]));
    kit.equal(
      await Promise.all(calls),
      large.map((bytes, i) => [bytes, i + 1]),
    );
  },
  "a text of a megabyte beyond ASCII passes": async (kit) => {
    const text = "é€😀\0".repeat(100_000);
    kit.equal(await (await kit.client()).echoText(text), text);
  },
  "answers in reverse order find their calls": async (kit) => {
    const [service, other] = [await kit.client(), await kit.client()];
    const keys = Array.from({ length: 30 }, () => kit.key());
    const ended: string[] = [];
    const held = keys.map((key) => service.hold(key).then(() => ended.push(key)));
    await kit.until(async () => (await other.held(keys[29] as string)).started, "the start of the handlers");
    for (const key of keys.toReversed()) await other.release(key);
    await kit.soon(Promise.all(held), "the answers");
    kit.equal(ended, keys.toReversed());
  },
  "one-way calls and calls keep one order": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    for (let i = 0; i < 20; i++) {
      service.note(key, `line ${i}`);
      kit.equal((await service.notes(key)).length, i + 1);
    }
  },
  "one-way calls of 64 KiB arrive whole and in order": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const lines = Array.from({ length: 20 }, (_, i) => String(i).padStart(64 * 1024, "."));
    for (const line of lines) service.note(key, line);
    kit.equal(await service.notes(key), lines);
  },
  "100 chains of calls, each made by the answer before, end": async (kit) => {
    const service = await kit.client();
    const chain = async (start: number) => {
      let sum = start;
      for (let i = 0; i < 10; i++) sum = await service.add(sum, 1);
      return sum;
    };
    const starts = Array.from({ length: 100 }, (_, i) => i * 1000);
    kit.equal(
      await Promise.all(starts.map(chain)),
      starts.map((start) => start + 10),
    );
  },
  "the server's one-way calls arrive in order, before its answer": async (kit) => {
    const heard: string[] = [];
    const service = await kit.client({ services: [callerOf({ heard: (line) => void heard.push(line) })] });
    const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
    await service.tellBack(lines);
    kit.equal(heard, lines);
  },
  "a one-way call that nobody offers throws at once": async (kit) => {
    const connection = await kit.connect();
    await kit.fails(
      Promise.resolve().then(() => connection.client(ConformanceCaller).heard("anybody?")),
      "unimplemented",
      "crosspane.ConformanceCaller",
    );
    kit.equal(await connection.client(Conformance).add(1, 1), 2);
  },
  "calls nest through both sides": async (kit) => {
    const upper = async (text: string): Promise<string> => {
      if (text.length >= 6) return text.toUpperCase();
      return callContext().connection.client(Conformance).askBack(`${text}x`);
    };
    const service = await kit.client({ services: [callerOf({ upper })] });
    kit.equal(await kit.soon(service.askBack("a"), "the innermost answer"), "AXXXXX");
  },
});
