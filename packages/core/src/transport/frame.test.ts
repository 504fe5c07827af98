import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RpcError } from "../errors/rpc-error.js";
import { FrameReader, frameHeaderBytes, maxFramedMessageBytes, writeFrameHeader } from "./frame.js";

function frame(...messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, each) => sum + frameHeaderBytes + each.length, 0));
  let at = 0;
  for (const message of messages) {
    writeFrameHeader(bytes, at, message.length);
    bytes.set(message, at + frameHeaderBytes);
    at += frameHeaderBytes + message.length;
  }
  return bytes;
}

function bytesOf(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
}

/** Pushes the chunks and returns copies of the messages. */
function read(reader: FrameReader, chunks: Iterable<Uint8Array>): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let message = reader.next(); message !== undefined; message = reader.next())
      messages.push(message.slice());
  }
  return messages;
}

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const sorted = [...positions].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

function failureOf(run: () => unknown): RpcError {
  try {
    run();
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("nothing was thrown");
}

const messageLists = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });

describe("FrameReader", () => {
  test("any split of any messages gives the same messages", () => {
    const scenario = messageLists.chain((messages) => {
      const stream = frame(...messages);
      const positions = fc.array(fc.nat({ max: stream.length }), { maxLength: 20 });
      return fc.record({ messages: fc.constant(messages), stream: fc.constant(stream), positions });
    });
    fc.assert(
      fc.property(scenario, ({ messages, stream, positions }) => {
        const reader = new FrameReader("test", 300);
        expect(read(reader, cut(stream, positions))).toEqual(messages);
        expect(reader.insideMessage).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("a stream may be cut at every byte, in two and in three, and byte by byte", () => {
    const messages = [bytesOf(1), bytesOf(255, 1), bytesOf(2, 2), bytesOf(3, 3)];
    const stream = frame(...messages);
    for (let first = 0; first <= stream.length; first++) {
      expect(read(new FrameReader("test", 255), cut(stream, [first]))).toEqual(messages);
      for (let second = first; second <= stream.length; second += 13) {
        expect(read(new FrameReader("test", 255), cut(stream, [first, second]))).toEqual(messages);
      }
    }
    const everyByte = Array.from(stream, (_, index) => index);
    expect(read(new FrameReader("test", 255), cut(stream, everyByte))).toEqual(messages);
  });

  test("insideMessage is true at every byte that is not between two messages", () => {
    const messages = [bytesOf(3), bytesOf(1), bytesOf(5)];
    const stream = frame(...messages);
    const boundaries = new Set([0, 7, 12, 21]);
    for (let end = 0; end <= stream.length; end++) {
      const reader = new FrameReader("test", 10);
      read(reader, [stream.subarray(0, end)]);
      expect(reader.insideMessage, `after ${end} bytes`).toBe(!boundaries.has(end));
    }
  });

  test("a message inside one chunk is a view of the chunk", () => {
    const chunk = frame(bytesOf(10), bytesOf(20));
    const reader = new FrameReader("test", 100);
    reader.push(chunk);
    expect(reader.next()?.buffer).toBe(chunk.buffer);
    expect(reader.next()?.byteOffset).toBe(10 + 2 * frameHeaderBytes);
    expect(reader.next()).toBeUndefined();
  });

  test("a message is still a view when only its header came in the chunk before", () => {
    const stream = frame(bytesOf(1000));
    const reader = new FrameReader("test", 1000);
    expect(read(reader, [stream.subarray(0, frameHeaderBytes)])).toEqual([]);
    const rest = stream.slice(frameHeaderBytes);
    reader.push(rest);
    expect(reader.next()?.buffer).toBe(rest.buffer);
  });

  test("messages can be taken one at a time and the rest later", () => {
    const reader = new FrameReader("test", 10);
    reader.push(frame(bytesOf(1, 1), bytesOf(1, 2)));
    expect(reader.next()).toEqual(bytesOf(1, 1));
    expect(() => reader.push(bytesOf(1))).toThrow("not used up");
    expect(reader.next()).toEqual(bytesOf(1, 2));
    expect(reader.next()).toBeUndefined();
    reader.push(frame(bytesOf(1, 3)));
    expect(reader.next()).toEqual(bytesOf(1, 3));
  });

  test("a claimed length does not cost memory before its bytes come", () => {
    const allocated: number[] = [];
    const original = globalThis.Uint8Array;
    const counting = new Proxy(original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === "number") allocated.push(args[0]);
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
    const header = new Uint8Array(frameHeaderBytes + 10);
    writeFrameHeader(header, 0, 2 ** 30);
    const more = new Uint8Array(100_000);
    const reader = new FrameReader("test", 2 ** 30);
    globalThis.Uint8Array = counting;
    try {
      reader.push(header);
      reader.next();
      for (let i = 0; i < 5; i++) {
        reader.push(more);
        reader.next();
      }
    } finally {
      globalThis.Uint8Array = original;
    }
    expect(allocated[0]).toBe(64 * 1024);
    expect(Math.max(...allocated)).toBeLessThanOrEqual(4 * (5 * more.length + 10));
  });

  test("a large message that arrives in chunks is complete", () => {
    const message = bytesOf(1_000_003);
    const stream = frame(message, bytesOf(4));
    const positions = Array.from({ length: 40 }, (_, index) => index * 25_001);
    expect(read(new FrameReader("test", 2_000_000), cut(stream, positions))).toEqual([message, bytesOf(4)]);
  });

  test("the limit is checked with the header alone, against its current value", () => {
    const header = new Uint8Array(frameHeaderBytes);
    writeFrameHeader(header, 0, 101);
    const reader = new FrameReader("tcp://127.0.0.1:7000", 100);
    expect(read(reader, [frame(bytesOf(100))])).toHaveLength(1);
    const error = failureOf(() => read(reader, [header]));
    expect(error.code).toBe("resourceExhausted");
    expect(error.message).toContain("101 bytes");
    expect(error.message).toContain("100 bytes");
    expect(error.message).toContain("tcp://127.0.0.1:7000");
    expect(failureOf(() => reader.next())).toBe(error);

    const raised = new FrameReader("test", 100);
    raised.maxMessageBytes = 101;
    expect(read(raised, [frame(bytesOf(101))])).toHaveLength(1);
  });

  test("messages before a malformed frame are delivered", () => {
    const reader = new FrameReader("test", 10);
    reader.push(Uint8Array.of(...frame(bytesOf(2)), 0, 0, 0, 0, 1));
    expect(reader.next()).toEqual(bytesOf(2));
    const error = failureOf(() => reader.next());
    expect(error.code).toBe("internal");
    expect(error.message).toContain("length 0");
  });

  test("text of another protocol is named as such", () => {
    const request = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
    const error = failureOf(() => read(new FrameReader("test", 2 ** 24), [request]));
    expect(error.code).toBe("internal");
    expect(error.message).toContain(`the peer sent "GET ", which does not begin a message of this protocol`);
  });

  test("arbitrary bytes only yield messages within bounds, or one of the two error codes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (chunks) => {
        const reader = new FrameReader("test", 32);
        try {
          for (const message of read(reader, chunks)) {
            expect(message.length).toBeGreaterThan(0);
            expect(message.length).toBeLessThanOrEqual(32);
          }
        } catch (thrown) {
          expect(["internal", "resourceExhausted"]).toContain((thrown as RpcError).code);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("writeFrameHeader", () => {
  test("is little-endian and unsigned", () => {
    const target = new Uint8Array(6);
    writeFrameHeader(target, 1, 0xfedcba98);
    expect([...target]).toEqual([0, 0x98, 0xba, 0xdc, 0xfe, 0]);
    const reader = new FrameReader("test", maxFramedMessageBytes);
    expect(read(reader, [target.subarray(1, 5)])).toEqual([]);
    expect(reader.insideMessage).toBe(true);
  });

  test.each([0, -1, maxFramedMessageBytes + 1])("refuses a message of %d bytes", (bytes) => {
    expect(failureOf(() => writeFrameHeader(new Uint8Array(4), 0, bytes)).code).toBe("invalidArgument");
  });
});
