import { expect, test } from "vitest";
import { RpcError } from "../../errors/rpc-error.js";
import { bytesShape } from "../../shape/scalar-shapes.js";
import { ShapeMismatch } from "../../shape/shape-mismatch.js";
import { decodeAll } from "../../test-support/decode-all.js";
import { defaultLimits } from "../../transport/limits.js";
import { encodeItems } from "../../wire/messages/stream.js";
import type { Message } from "../../wire/messages/table.js";
import { parseMessage } from "../../wire/parse-message.js";
import { StreamShape } from "../shapes/stream-shape.js";
import { initialCreditBytes } from "./stream-credit.js";
import { type StreamFailure, StreamProducer } from "./stream-producer.js";

type ItemsOf<M> = Extract<M, { readonly kind: "items" }>;

/** A peer that counts the credit it has granted, and the producer that it reads from. */
class Reader {
  readonly items: Uint8Array[] = [];
  readonly messages: number[] = [];
  readonly producer: StreamProducer;
  creditBytes = initialCreditBytes;
  /** Bytes that were sent and not yet credited. */
  spentBytes = 0;
  withoutCredit = 0;
  end: { readonly failure: StreamFailure | undefined } | undefined;

  constructor(source: AsyncIterable<Uint8Array>, maxMessageBytes = Number.POSITIVE_INFINITY) {
    this.producer = new StreamProducer(
      1,
      { source, shape: new StreamShape(bytesShape), label: "Files.read" },
      {
        congested: false,
        batches: true,
        maxMessageBytes,
        convert: (_producer, item) => {
          if ((item as Uint8Array).length === 0) throw new ShapeMismatch("bytes", "nothing");
          return item;
        },
        sendItem: (_producer, item) => this.#take(new Uint8Array(encodeItems(1, [item])), maxMessageBytes),
        send: (_producer, message) => this.#take(message, maxMessageBytes),
        sendEnd: (_producer, failure) => {
          this.end = { failure };
        },
        drop: () => {},
        report: () => {},
      },
    );
  }

  /** Returns credit for all that was taken. */
  giveCredit(): void {
    const bytes = this.spentBytes;
    this.spentBytes = 0;
    this.creditBytes += bytes;
    this.producer.credit(bytes);
  }

  async readToEnd(): Promise<void> {
    this.producer.start();
    for (let turn = 1; this.end === undefined && turn < 1000; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      // A slow reader: the source has had time to make more.
      if (turn % 4 === 0) this.giveCredit();
    }
  }

  #take(message: Uint8Array, maxMessageBytes: number): number {
    const bytes = message.length;
    if (bytes > maxMessageBytes) throw new RpcError("resourceExhausted", "too large");
    if (this.creditBytes <= 0) this.withoutCredit++;
    this.creditBytes -= bytes;
    this.spentBytes += bytes;
    this.messages.push(bytes);
    const { payload } = parseMessage(new Uint8Array(message), defaultLimits) as ItemsOf<Message>;
    this.items.push(...(decodeAll(new Uint8Array(payload)) as Uint8Array[]));
    return bytes;
  }
}

const numbered = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => new Uint8Array(bytes).fill(index));

/** Yields each item after a pause, as reading a file does. */
async function* slowly(items: readonly Uint8Array[], thrown?: Error): AsyncGenerator<Uint8Array> {
  for (const item of items) {
    await new Promise((resolve) => setTimeout(resolve));
    yield item;
  }
  if (thrown !== undefined) throw thrown;
}

async function* atOnce(items: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* items;
}

test("an item that the source was making when the credit ran out waits for credit", async () => {
  const items = numbered(8, initialCreditBytes);
  const reader = new Reader(slowly(items));
  await reader.readToEnd();
  expect(reader.withoutCredit).toBe(0);
  expect(reader.items).toEqual(items);
  expect(reader.end).toEqual({ failure: undefined });
});

test("items before an error are sent before it, with credit", async () => {
  const items = numbered(3, initialCreditBytes);
  const thrown = new Error("the disk is gone");
  const reader = new Reader(slowly(items, thrown));
  await reader.readToEnd();
  expect(reader.withoutCredit).toBe(0);
  expect(reader.items).toEqual(items);
  expect(reader.end).toEqual({ failure: { thrown } });
});

test("large items need credit, each", async () => {
  const items = numbered(40, initialCreditBytes);
  const reader = new Reader(atOnce(items), 2 * initialCreditBytes);
  await reader.readToEnd();
  expect(reader.withoutCredit).toBe(0);
  expect(reader.items).toEqual(items);
});

test.each([10, 1_000, 10_000, 100_000])(
  "items of %d bytes in one buffer arrive as they were yielded",
  async (bytes) => {
    const buffer = new Uint8Array(bytes);
    const reader = new Reader(
      (async function* () {
        for (let item = 0; item < 50; item++) yield buffer.fill(item);
      })(),
    );
    await reader.readToEnd();
    expect(reader.items).toEqual(numbered(50, bytes));
  },
);

test("items before one of the wrong type are sent, later ones are not", async () => {
  const items = numbered(13, 100);
  const reader = new Reader(atOnce([...items, new Uint8Array(), ...items]));
  await reader.readToEnd();
  expect(reader.items).toEqual(items);
  expect(reader.end?.failure?.thrown).toBeInstanceOf(ShapeMismatch);
});

test("a part that waits is sent when credit arrives, whatever the source does", async () => {
  const items = numbered(4, initialCreditBytes);
  const reader = new Reader(
    (async function* () {
      yield* items;
      await new Promise(() => {});
    })(),
    2.5 * initialCreditBytes,
  );
  reader.producer.start();
  for (let turn = 0; reader.items.length < items.length && turn < 100; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
    reader.giveCredit();
  }
  expect(reader.items).toEqual(items);
  expect(reader.withoutCredit).toBe(0);
});
