import { Worker } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ViewMemory } from "../win32/view-memory.js";
import { frameBytes, linkBytes, type RingPlace, ringPlaces } from "./layout.js";
import { RingReader } from "./ring-reader.js";
import { RingWriter } from "./ring-writer.js";

interface Ring {
  readonly memory: ViewMemory;
  readonly place: RingPlace;
  readonly writer: RingWriter;
  readonly reader: RingReader;
  readonly wakes: { consumer: number; producer: number };
}

function ring(capacity: number, maxMessageBytes = 2 ** 30): Ring {
  const memory = new ViewMemory(new ArrayBuffer(linkBytes(capacity)));
  const place = ringPlaces(capacity).toServer;
  const wakes = { consumer: 0, producer: 0 };
  return {
    memory,
    place,
    wakes,
    writer: new RingWriter(memory, place, () => wakes.consumer++),
    reader: reader(memory, place, { maxMessageBytes, wakeProducer: () => wakes.producer++ }),
  };
}

function reader(
  memory: ViewMemory,
  place: RingPlace,
  options: { readonly maxMessageBytes: number; readonly wakeProducer: () => void },
): RingReader {
  return new RingReader(memory, place, { source: "shm:test", ...options });
}

/** Reads all messages, as copies. */
function read(from: RingReader): Uint8Array[] {
  const messages: Uint8Array[] = [];
  while (from.fill()) {
    for (let message = from.next(); message !== undefined; message = from.next())
      messages.push(message.slice());
  }
  return messages;
}

function bytesOf(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
}

function failureOf(run: () => unknown): RpcError {
  try {
    run();
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("nothing was thrown");
}

describe("a ring", () => {
  test("any messages in any rhythm come out as they went in, for each size of the ring", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("send" as const), length: fc.integer({ min: 1, max: 700 }) }),
      fc.record({ kind: fc.constant("send" as const), length: fc.integer({ min: 1, max: 30_000 }) }),
      fc.constant({ kind: "flush" as const, length: 0 }),
      fc.constant({ kind: "read" as const, length: 0 }),
    );
    const capacities = fc.constantFrom(64, 256, 4096, 65_536);
    fc.assert(
      fc.property(capacities, fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const { writer, reader: from } = ring(capacity);
        const [sent, received]: [Uint8Array[], Uint8Array[]] = [[], []];
        for (const { kind, length } of steps) {
          if (kind === "send") {
            sent.push(bytesOf(length, sent.length));
            writer.add(sent.at(-1) as Uint8Array);
          } else if (kind === "flush") writer.flush();
          else received.push(...read(from));
        }
        for (let i = 0; writer.isDirty || from.hasMore; i++) {
          writer.flush();
          received.push(...read(from));
          expect(i).toBeLessThan(100_000);
        }
        expect(received).toEqual(sent);
        expect(from.insideMessage).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test("the cursors wrap around at 32 bits", () => {
    const { writer, reader: from } = ring(4096);
    const message = bytesOf(2000);
    const rounds = Math.ceil(2 ** 32 / frameBytes(message.length)) + 10;
    for (let round = 0; round < rounds; round++) {
      writer.add(message);
      writer.flush();
      from.fill();
      const got = from.next();
      if (got === undefined || got[1999] !== message[1999] || from.next() !== undefined) {
        throw new Error(`round ${round} of ${rounds}`);
      }
    }
    expect(read(from)).toEqual([]);
  });

  test("nothing is visible before flush, and a batch wakes a sleeping consumer once", () => {
    const { writer, reader: from, wakes } = ring(4096);
    expect(from.sleep()).toBe(true);
    for (let i = 0; i < 20; i++) writer.add(bytesOf(40, i));
    expect(from.hasMore).toBe(false);
    writer.flush();
    expect(wakes.consumer).toBe(1);
    expect(read(from)).toHaveLength(20);
    writer.add(bytesOf(1));
    writer.flush();
    expect(wakes.consumer).toBe(1);
  });

  test("a consumer that finds more while it falls asleep does not sleep", () => {
    const { writer, reader: from, wakes } = ring(4096);
    writer.add(bytesOf(1));
    writer.flush();
    expect(from.sleep()).toBe(false);
    writer.add(bytesOf(2));
    writer.flush();
    expect(wakes.consumer).toBe(0);
  });

  test("a producer that sleeps on a full ring is woken once by a read", () => {
    const { writer, reader: from, wakes } = ring(4096);
    writer.add(bytesOf(20_000));
    writer.flush();
    expect(writer.queuedBytes).toBeGreaterThan(0);
    expect(writer.sleep()).toBe(true);
    from.fill();
    expect(wakes.producer).toBe(1);
    expect(writer.sleep()).toBe(false);
  });

  test("a flag that is cleared in between is always followed by a wake", () => {
    // The producer sees the flag. Before it clears it, the consumer wakes for another reason,
    // reads, and raises it again.
    const { memory, place, wakes } = ring(4096);
    const from = reader(memory, place, { maxMessageBytes: 100, wakeProducer: () => {} });
    const between = new (class extends ViewMemory {
      override load(offset: number): number {
        const word = super.load(offset);
        if (offset === place.consumerWaits && word === 1) {
          expect(read(from)).toHaveLength(1);
          expect(from.sleep()).toBe(true);
        }
        return word;
      }
    })(memory.view);
    const writer = new RingWriter(between, place, () => wakes.consumer++);
    expect(from.sleep()).toBe(true);
    writer.add(bytesOf(5));
    writer.flush();
    // Its flag is gone, so only this wake ends its sleep.
    expect(memory.load(place.consumerWaits)).toBe(0);
    expect(wakes.consumer).toBe(1);
  });

  test("a message is copied when it is added", () => {
    const { writer, reader: from } = ring(4096);
    for (const length of [10, 500, 30_000]) {
      const message = bytesOf(length);
      writer.add(message);
      message.fill(0xee);
    }
    const received: Uint8Array[] = [];
    while (writer.isDirty || from.hasMore) {
      writer.flush();
      received.push(...read(from));
    }
    expect(received).toEqual([10, 500, 30_000].map((length) => bytesOf(length)));
  });

  test("a length over the limit is refused before memory is allocated for it", () => {
    const { writer, reader: from } = ring(4096, 1000);
    writer.add(bytesOf(1000));
    writer.add(bytesOf(1001));
    writer.flush();
    from.fill();
    expect(from.next()).toEqual(bytesOf(1000));
    const error = failureOf(() => from.next());
    expect(error.code).toBe("resourceExhausted");
    expect(error.message).toContain("1001 bytes");
    expect(error.message).toContain("1000 bytes");
  });

  test("a claimed length does not cost memory before its bytes arrive", () => {
    const { memory, place, reader: from } = ring(4096);
    memory.store(place.data, 2 ** 30);
    memory.store(place.tail, 4096);
    const before = process.memoryUsage().arrayBuffers;
    from.fill();
    expect(from.next()).toBeUndefined();
    expect(from.insideMessage).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024);
  });
});

describe("a hostile peer", () => {
  test.each([
    ["more than the ring holds", 4104],
    ["less than was read", -8],
    ["not a multiple of 8", 12],
  ])("a write cursor of %s is an error", (_, tail) => {
    const { memory, place, reader: from } = ring(4096);
    memory.store(place.tail, tail);
    expect(failureOf(() => from.fill()).code).toBe("internal");
  });

  test.each([
    ["ahead of what was written", 3016],
    ["further back than the ring is long", -4096],
    ["not a multiple of 8", -4],
  ])("a read cursor %s is an error", (_, head) => {
    const { memory, place, writer } = ring(4096);
    writer.add(bytesOf(3000));
    writer.flush();
    memory.store(place.head, head);
    expect(
      failureOf(() => {
        for (let i = 0; i < 3; i++) writer.add(bytesOf(3000));
        writer.flush();
      }).code,
    ).toBe("internal");
  });

  test.each([
    ["a length of 0", 0, 0],
    ["a second word", 8, 1],
  ])("a frame with %s is an error", (_, length, second) => {
    const { memory, place, reader: from } = ring(4096);
    memory.store(place.data, length);
    memory.store(place.data + 4, second);
    memory.store(place.tail, 16);
    from.fill();
    expect(failureOf(() => from.next()).code).toBe("internal");
  });

  test("flips of up to two bits of the control words and the first header end the link at most", () => {
    const capacity = 4096;
    const { memory, place, writer } = ring(capacity);
    for (let i = 0; i < 3; i++) writer.add(bytesOf(100, i));
    writer.flush();
    const image = new Uint8Array(memory.view.slice(0));
    const words = [place.tail, place.head, place.consumerWaits, place.producerWaits, place.ended];
    const bits = [...words, place.data, place.data + 4].flatMap((word) =>
      Array.from({ length: 32 }, (_, bit) => ({ word, bit })),
    );
    let refused = 0;
    for (let a = 0; a < bits.length; a++) {
      for (let b = a; b < bits.length; b++) {
        const copy = image.slice();
        for (const { word, bit } of b === a
          ? bits.slice(a, a + 1)
          : [...bits.slice(a, a + 1), ...bits.slice(b, b + 1)]) {
          (copy[word + (bit >>> 3)] as number) ^= 1 << (bit & 7);
        }
        refused += survives(new ViewMemory(copy.buffer), place) ? 0 : 1;
      }
    }
    // Most of these flips are of the cursors and the header, and nearly all of them are detected.
    expect(refused).toBeGreaterThan((bits.length * bits.length) / 4);
  });

  test("a thread that overwrites the ring at random while it is read and written", async () => {
    const capacity = 4096;
    const buffer = new SharedArrayBuffer(linkBytes(capacity));
    const { toServer } = ringPlaces(capacity);
    const scribbler = new Worker(
      `const { workerData } = require("node:worker_threads");
      const words = new Int32Array(workerData);
      let seed = 1;
      const next = (below) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
      for (;;) {
        for (let i = 0; i < 1000; i++) {
          const value = next(3) === 0 ? next(4294967296) : next(4097) & ~7;
          Atomics.store(words, next(4) > 0 ? 32 + next(160) : next(words.length), value);
        }
      }`,
      { eval: true, workerData: buffer },
    );
    await new Promise((resolve) => scribbler.once("online", resolve));
    const memory = new ViewMemory(buffer as unknown as ArrayBuffer);
    let [ended, delivered] = [0, 0];
    const end = performance.now() + 1500;
    // And until enough has happened on a machine that is busy with other work.
    while (performance.now() < end || ended <= 10 || delivered <= 10) {
      try {
        const from = reader(memory, toServer, { maxMessageBytes: 2000, wakeProducer: () => {} });
        const writer = new RingWriter(memory, toServer, () => {});
        for (let i = 0; i < 100; i++) {
          if (i % 10 === 0) {
            writer.add(bytesOf(200));
            writer.flush();
          }
          if (!from.fill()) continue;
          for (let message = from.next(); message !== undefined; message = from.next()) {
            expect(message.length).toBeGreaterThan(0);
            expect(message.length).toBeLessThanOrEqual(2000);
            delivered++;
          }
        }
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RpcError);
        expect(["internal", "resourceExhausted"]).toContain((thrown as RpcError).code);
        ended++;
      }
    }
    await scribbler.terminate();
    expect(ended).toBeGreaterThan(10);
    expect(delivered).toBeGreaterThan(10);
  });
});

/**
 * Reads everything from a ring; returns false if it was refused with one of the two expected
 * errors.
 */
function survives(memory: ViewMemory, place: RingPlace): boolean {
  try {
    const from = reader(memory, place, { maxMessageBytes: 4096, wakeProducer: () => {} });
    for (const message of read(from)) expect(message.length).toBeLessThanOrEqual(4096);
    return !from.insideMessage;
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    expect(["internal", "resourceExhausted"]).toContain(thrown.code);
    return false;
  }
}
