import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chunk, encodeChunk, maxPayloadBytes, parseChunk } from "./chunk.js";
import { ChunkReceiver, sharedWindow, window } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import { kinds } from "./copy-data-layout.js";
import { receiveWindowBytes } from "./copy-data-limits.js";

const key = Buffer.alloc(16, 7);
const opening = () => encodeChunk(kinds.accept, { key, sequence: 0 }, 24);

function openSender(): ChunkSender {
  const sender = new ChunkSender(opening());
  sender.taken();
  sender.key = key;
  return sender;
}

const bytesOf = (sender: ChunkSender) => parseChunk(sender.current()?.bytes as Buffer) as Chunk;

describe("ChunkSender", () => {
  test("sends its opening first, and nothing after it before it has a key", () => {
    const sender = new ChunkSender(opening());
    sender.add(Buffer.from("x"));
    expect(bytesOf(sender).kind).toBe(kinds.accept);
    sender.taken();
    expect(sender.current()).toBeUndefined();
    sender.key = key;
    expect(bytesOf(sender)).toMatchObject({ kind: kinds.data, sequence: 1 });
  });

  test("offers the same chunk until it is taken, whatever is added", () => {
    const sender = openSender();
    sender.add(Buffer.from("one"));
    const first = sender.current();
    sender.add(Buffer.from("two"));
    expect(sender.current()).toBe(first);
    sender.taken();
    expect(bytesOf(sender).payload.toString()).toBe("two");
  });

  test("puts what is queued together and cuts what is large", () => {
    const sender = openSender();
    sender.add(Buffer.from("a"));
    sender.add(Buffer.from("b"));
    sender.add(Buffer.alloc(maxPayloadBytes, 1));
    expect(sender.current()).toMatchObject({ streamBytes: maxPayloadBytes });
    sender.taken();
    expect(sender.current()).toMatchObject({ streamBytes: 2 });
  });

  test("closes after what is queued, once", () => {
    const sender = openSender();
    sender.add(Buffer.from("last"));
    sender.end();
    sender.add(Buffer.from("too late"));
    expect(bytesOf(sender).payload.toString()).toBe("last");
    sender.taken();
    expect(sender.current()).toMatchObject({ isClose: true });
    expect(sender.isClosed).toBe(false);
    sender.taken();
    expect(sender.isClosed).toBe(true);
    expect(sender.current()).toBeUndefined();
  });

  test("drops, when it is cut, what is queued, but not what may have arrived", () => {
    const sender = openSender();
    sender.add(Buffer.alloc(maxPayloadBytes));
    const underWay = sender.current();
    sender.add(Buffer.alloc(10));
    expect(sender.cut()).toBe(10);
    expect(sender.current()).toBe(underWay);
    sender.taken();
    expect(sender.current()).toMatchObject({ isClose: true });
  });
});

describe("ChunkReceiver", () => {
  test("distinguishes the next chunk from earlier and later ones, also where the numbers wrap", () => {
    const receiver = new ChunkReceiver(sharedWindow(), 0xffff_fffe);
    expect(receiver.take(0xffff_ffff, 1)).toBe("gap");
    expect(receiver.take(0xffff_fffe, 1)).toBe("taken");
    expect(receiver.take(0xffff_fffe, 1)).toBe("duplicate");
    expect(receiver.take(0xffff_ffff, 1)).toBe("taken");
    expect(receiver.take(0, 1)).toBe("taken");
    expect(receiver.take(0xffff_ffff, 1)).toBe("duplicate");
    expect(receiver.take(2, 1)).toBe("gap");
  });

  test("refuses chunks while the reader is behind, and accepts them afterwards", () => {
    const shared = sharedWindow();
    const receiver = new ChunkReceiver(shared, 0);
    expect(receiver.take(0, receiveWindowBytes)).toBe("taken");
    expect(receiver.take(1, 1)).toBe("busy");
    expect(Atomics.load(shared, window.held)).toBe(1);
    // The close needs no room.
    Atomics.add(shared, window.consumed, receiveWindowBytes);
    expect(receiver.take(1, 1)).toBe("taken");
    expect(receiver.take(2, 0)).toBe("taken");
  });
});

test("the stream arrives once and in order when chunks are lost, repeated or refused", () => {
  const fate = fc.constantFrom("taken", "cut before", "cut after");
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }),
      fc.infiniteStream(fate),
      fc.infiniteStream(fc.boolean()),
      (parts, fates, reads) => {
        const sender = openSender();
        const shared = sharedWindow();
        const receiver = new ChunkReceiver(shared, 1);
        const arrived: Uint8Array[] = [];
        let unread = 0;
        let ended = false;
        for (const part of parts) sender.add(part);
        sender.end();
        while (!sender.isClosed) {
          const chunk = bytesOf(sender);
          const happens = fates.next().value;
          if (happens === "cut before") continue;
          const verdict = receiver.take(chunk.sequence, chunk.payload.length);
          expect(verdict).not.toBe("gap");
          if (verdict === "taken") {
            arrived.push(Buffer.from(chunk.payload));
            unread += chunk.payload.length;
            ended = chunk.kind === kinds.close;
          }
          if (reads.next().value === true) {
            Atomics.add(shared, window.consumed, unread);
            unread = 0;
          }
          if (happens === "taken" && verdict !== "busy") sender.taken();
        }
        expect(Buffer.concat(arrived)).toEqual(Buffer.concat(parts));
        expect(ended).toBe(true);
      },
    ),
  );
});
