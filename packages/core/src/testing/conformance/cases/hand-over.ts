import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { ConformanceHandOver } from "../hand-over.crosspane.js";
import { changeTo, oneBuffer, oneReading, readingOf, throughOneBuffer } from "../hand-over.js";
import { readableOf, readBytes, testBytes } from "../test-bytes.js";
import { cases } from "./case.js";
import { collect } from "./local-source.js";

const count = 200;
const edges = (blocks: number) => Array.from({ length: blocks }, (_, block) => [block % 256, block % 256]);
const readings = Array.from({ length: count }, (_, n) => readingOf(n));
const fileBytes = 2 * 1024 * 1024 + 7;
/** Small blocks share messages, medium ones fill one, large ones are cut. */
const blockSizes = [10, 4_096, 40_000, 200_000];

async function handOverOf(kit: ConformanceKit): Promise<ConformanceHandOver> {
  return (await kit.connect()).client(ConformanceHandOver);
}

export const handOverCases: readonly ConformanceCase[] = cases("values at hand-over", {
  "blocks of a stream that come in one buffer are what they were at their yield": async (kit) => {
    const service = await handOverOf(kit);
    for (const byteCount of blockSizes) {
      const blocks = await collect(service.blocks(64, byteCount));
      kit.equal(
        blocks.map((block) => [block[0], block.at(-1)]),
        edges(64),
      );
    }
  },
  "blocks of an argument that come in one buffer are what they were at their yield": async (kit) => {
    const service = await handOverOf(kit);
    for (const byteCount of blockSizes) kit.equal(await service.edgesOf(oneBuffer(64, byteCount)), edges(64));
  },
  "one object that is yielded again and again arrives as it was each time": async (kit) => {
    const service = await handOverOf(kit);
    kit.equal(await collect(service.readings(count)), readings);
    kit.equal(await service.collect(oneReading(count)), readings);
  },
  "a file that is read through one buffer arrives whole": async (kit) => {
    const service = await handOverOf(kit);
    const expected = await readBytes(testBytes(fileBytes));
    for (const pieceBytes of [4_096, 65_536, 1024 * 1024]) {
      kit.equal(await readBytes(await service.file(fileBytes, pieceBytes)), expected);
      kit.equal(await service.measure(readableOf(throughOneBuffer(fileBytes, pieceBytes))), expected);
    }
  },
  "a large piece that its owner changes once it was read arrives as it was": async (kit) => {
    const service = await handOverOf(kit);
    const piece = new Uint8Array(3 * 1024 * 1024).fill(1);
    const expected = await readBytes(
      (async function* () {
        yield new Uint8Array(piece);
      })(),
    );
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(piece);
          controller.close();
          setTimeout(() => piece.fill(2));
        },
      },
      { highWaterMark: 0 },
    );
    kit.equal(await service.measure(source), expected);
  },
  "an argument that is changed right after the call was made arrives as it was": async (kit) => {
    const service = await handOverOf(kit);
    const reading = readingOf(0);
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < count; n++) {
      changeTo(reading, n);
      calls.push(service.echo(reading));
    }
    changeTo(reading, count);
    kit.equal(await Promise.all(calls), readings);
  },
  "an argument of a stream that is changed before the stream is read arrives as it was": async (kit) => {
    const service = await handOverOf(kit);
    const reading = readingOf(1);
    const stream = service.repeat(reading, 3);
    changeTo(reading, 2);
    kit.equal(await collect(stream), [readingOf(1), readingOf(1), readingOf(1)]);
  },
  "an argument of a one-way call that is changed right after it arrives as it was": async (kit) => {
    const service = await handOverOf(kit);
    const [key, reading] = [kit.key(), readingOf(0)];
    for (let n = 0; n < count; n++) {
      changeTo(reading, n);
      service.note(key, reading);
    }
    changeTo(reading, count);
    await kit.until(async () => (await service.noted(key)).length === count, "the notes");
    kit.equal(await service.noted(key), readings);
  },
  "a call that waits in its interceptors sends what it was made with": async (kit) => {
    const open = Promise.withResolvers<void>();
    const service = (
      await kit.connect({
        interceptors: [
          async (call, next) => {
            await open.promise;
            return next(call);
          },
        ],
      })
    ).client(ConformanceHandOver);
    const [key, reading] = [kit.key(), readingOf(1)];
    const call = service.echo(reading);
    service.note(key, reading);
    changeTo(reading, 2);
    open.resolve();
    kit.equal(await call, readingOf(1));
    await kit.until(async () => (await service.noted(key)).length === 1, "the note");
    kit.equal(await service.noted(key), [readingOf(1)]);
  },
});
