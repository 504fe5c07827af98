import { release } from "../../../references/shapes/handle.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { ConformanceStreams } from "../streams.crosspane.js";
import { readableOf, readBytes, testBytes } from "../test-bytes.js";
import { cases } from "./case.js";
import { collect, iteratorOf, sourceEnds, streamsOf, watched } from "./local-source.js";

const blockBytes = 1_000;
/**
 * Maximum of what a source may have yielded beyond the first window: one message, and the item in
 * hand.
 */
const mostAhead = 65_536 + 32 * 1024 + 2 * blockBytes;

async function* blocks(byteCount: number, count = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(byteCount).fill(i);
}

export const streamFlowCases: readonly ConformanceCase[] = cases("streams", {
  "a reader that pauses holds the source within the credit, and gets all when it goes on": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const count = 2_000;
    const iterator = iteratorOf(service.blocks(count, blockBytes, key));
    await iterator.next();
    let before = -1;
    await kit.until(async () => {
      const { produced } = await service.state(key);
      const rests = produced === before;
      before = produced;
      return rests;
    }, "a source that waits");
    kit.isTrue(before * blockBytes < mostAhead, `${before} items were produced`);
    let left = 0;
    while ((await iterator.next()).done !== true) left++;
    kit.equal(left, count - 1);
    await sourceEnds(kit, { service, key }, "done");
  },
  "a program that reads nothing of its argument holds the source within the credit": async (kit) => {
    const service = await streamsOf(kit);
    const [key, source] = [kit.key(), watched(blocks(blockBytes))];
    const ignoring = service.ignore(key, source.items);
    let before = -1;
    await kit.until(async () => {
      await service.state(key);
      const rests = source.state.produced > 0 && source.state.produced === before;
      before = source.state.produced;
      return rests;
    }, "a source that waits");
    kit.isTrue(before * blockBytes < mostAhead, `${before} items were produced`);
    await service.release(key);
    await ignoring;
    await kit.until(() => source.state.ended === "left", "the end of the source");
  },
  "a stream that is not read holds up no other, and no call": async (kit) => {
    const service = await streamsOf(kit);
    const stalled = iteratorOf(service.blocks(1_000, blockBytes));
    await stalled.next();
    kit.equal((await collect(service.count(10_000))).length, 10_000);
    kit.equal((await collect(service.blocks(500, blockBytes))).length, 500);
    await stalled.return?.();
  },
  "items that come slowly and are larger than the credit wait for it": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const iterator = iteratorOf(service.blocks(6, 70_000, key, 10));
    kit.equal(((await iterator.next()).value as Uint8Array).length, 70_000);
    // Time for more items than there is credit for.
    await new Promise((resolve) => setTimeout(resolve, 60));
    kit.isTrue((await service.state(key)).produced <= 4, "the source does not wait");
    for (let i = 1; i < 6; i++) kit.equal(((await iterator.next()).value as Uint8Array)[0], i);
    kit.equal((await iterator.next()).done, true);
  },
  "an argument whose items come slowly and are larger than the credit waits for it": async (kit) => {
    const service = await streamsOf(kit);
    async function* slowly() {
      for await (const block of blocks(70_000, 6)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield block;
      }
    }
    const [key, source] = [kit.key(), watched(slowly())];
    const ignoring = service.ignore(key, source.items);
    await new Promise((resolve) => setTimeout(resolve, 50));
    kit.isTrue(source.state.produced <= 3, "the source does not wait");
    await kit.until(() => service.release(key), "the handler");
    await ignoring;
    kit.equal(await service.measure(slowly()), 420_000);
  },
  "items of 1 MiB pass in both directions": async (kit) => {
    const service = await streamsOf(kit);
    let i = 0;
    for await (const block of service.blocks(8, 1024 * 1024)) {
      kit.equal([block.length, block[0], block.at(-1)], [1024 * 1024, i, i]);
      i++;
    }
    kit.equal([i, await service.measure(blocks(1024 * 1024, 8))], [8, 8 * 1024 * 1024]);
  },
  "an item over the limit fails its stream alone, after those before it": async (kit) => {
    const connection = await kit.connect({ limits: { maxMessageBytes: 64 * 1024 } });
    const service = connection.client(ConformanceStreams);
    kit.equal((await collect(service.blocks(20, 60_000))).length, 20);
    await kit.fails(collect(service.blocks(2, 70_000)), "resourceExhausted", "maxMessageBytes = 65536");
    kit.equal((await collect(service.blocks(2, 60_000))).length, 2);
  },
  "small items that make too large a message together are parted": async (kit) => {
    const connection = await kit.connect({ limits: { maxMessageBytes: 16 * 1024, maxElements: 10_000 } });
    const service = connection.client(ConformanceStreams);
    const items = await collect(service.blocks(300, 6_000));
    kit.equal(
      items.map((item) => item[0]),
      Array.from({ length: 300 }, (_, i) => i % 256),
    );
    kit.equal((await collect(service.count(20_000))).length, 20_000);
  },
  "a stream of bytes arrives as it was sent": async (kit) => {
    const connection = await kit.connect({ limits: { maxMessageBytes: 1024 * 1024 } });
    const service = connection.client(ConformanceStreams);
    // Several times the largest window of a stream; for the download also the limit of a message.
    const byteCount = 4 * 1024 * 1024 + 12_345;
    const [expected, got] = [
      await readBytes(testBytes(byteCount)),
      await readBytes(await service.download(byteCount)),
    ];
    kit.equal(got, expected);
    kit.equal(await service.upload(readableOf(testBytes(byteCount))), expected);
  },
  "bytes go there and come back in the same call": async (kit) => {
    const service = await streamsOf(kit);
    const byteCount = 4 * 1024 * 1024 + 1;
    const back = await service.mirror(readableOf(testBytes(byteCount)));
    kit.equal(await readBytes(back), await readBytes(testBytes(byteCount)));
  },
  "a large piece of bytes is cut": async (kit) => {
    const service = await streamsOf(kit);
    async function* oneLargePiece() {
      yield new Uint8Array(20 * 1024 * 1024).fill(1);
    }
    kit.equal((await service.upload(readableOf(oneLargePiece()))).byteCount, 20 * 1024 * 1024);
  },
  "who cancels a stream of bytes ends its source": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const reader = (await service.download(64 * 1024 * 1024, key)).getReader();
    await reader.read();
    await reader.cancel();
    await sourceEnds(kit, { service, key }, "left");
  },
  "a stream that was released before it was read ends its source": async (kit) => {
    const service = await streamsOf(kit);
    const keys = [kit.key(), kit.key()] as const;
    release(await service.later(keys[0], 1e9));
    release(await service.download(64 * 1024 * 1024, keys[1]));
    for (const key of keys) await sourceEnds(kit, { service, key }, "left");
  },
});
