import { countsOf } from "../../counts-of.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { cases } from "./case.js";
import { collect, connectedStreams, iteratorOf, streamsOf, upTo, watched } from "./local-source.js";

const lengths = [0, 1, 10, 10_000] as const;

/** Returns the sum of the numbers below one. */
const sumBelow = (to: number) => (to * Math.max(to - 1, 0)) / 2;

export const streamCases: readonly ConformanceCase[] = [
  ...lengths.flatMap((length) =>
    cases("streams", {
      [`a result of ${length} items arrives in full and in order`]: async (kit: ConformanceKit) => {
        const service = await streamsOf(kit);
        const key = kit.key();
        kit.equal(await collect(service.count(length, key)), [...Array(length).keys()]);
        kit.equal(await service.state(key), { produced: length, ended: "done", thrown: null });
      },
      [`an argument of ${length} items arrives in full`]: async (kit: ConformanceKit) => {
        const service = await streamsOf(kit);
        const source = watched(upTo(length));
        kit.equal(await service.sum(source.items), sumBelow(length));
        kit.equal(source.state, { produced: length, ended: "done", thrown: null });
      },
      [`${length} items go there and come back in the same call`]: async (kit: ConformanceKit) => {
        const service = await streamsOf(kit);
        kit.equal(
          await collect(service.double(upTo(length))),
          Array.from({ length }, (_, i) => 2 * i),
        );
      },
    }),
  ),
  ...cases("streams", {
    "two sides talk item by item": async (kit) => {
      const service = await streamsOf(kit);
      const answered: number[] = [];
      let wake = () => {};
      async function* questions() {
        for (let i = 0; i < 50; i++) {
          while (answered.length < i) await new Promise<void>((resolve) => (wake = resolve));
          yield i;
        }
      }
      for await (const answer of service.double(questions())) {
        answered.push(answer);
        wake();
      }
      kit.equal(
        answered,
        Array.from({ length: 50 }, (_, i) => 2 * i),
      );
    },
    "an argument may end long before the result does": async (kit) => {
      const service = await streamsOf(kit);
      const source = watched(upTo(100));
      kit.equal(await collect(service.sumsAfterEnd(source.items)), Array(100).fill(sumBelow(100)));
      kit.equal(source.state.ended, "done");
    },
    "streams stand anywhere in a result": async (kit) => {
      const { title, numbers, inner } = await (await streamsOf(kit)).parts(5);
      kit.equal(title, "5 parts");
      kit.equal(await collect(inner.texts), ["text 0", "text 1", "text 2", "text 3", "text 4"]);
      kit.equal(inner.none, undefined);
      kit.equal(await Promise.all(numbers.map(collect)), [[], [0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]);
    },
    "streams stand anywhere in arguments": async (kit) => {
      const service = await streamsOf(kit);
      async function* texts() {
        yield* ["a", "bc", "def"];
      }
      const parts = { title: "", numbers: [upTo(10), upTo(0), upTo(1_000)], inner: { texts: texts() } };
      const more = new Map([
        ["x", upTo(3)],
        ["y", upTo(4)],
      ]);
      kit.equal(await service.sumParts(parts, more), [45, 0, 499_500, 3, 6, 6]);
    },
    "items may be streams themselves": async (kit) => {
      const service = await streamsOf(kit);
      const sizes: number[] = [];
      for await (const items of service.streams(20)) sizes.push((await collect(items)).length);
      kit.equal(sizes, [...Array(20).keys()]);
    },
    "streams that came as items may be read later, in any order": async (kit) => {
      const all = await collect((await streamsOf(kit)).streams(20));
      const sizes = await Promise.all(all.reverse().map(async (items) => (await collect(items)).length));
      kit.equal(sizes, [...Array(20).keys()].reverse());
    },
    "a stream that nobody reads is never asked for": async (kit) => {
      const { connection, service } = await connectedStreams(kit);
      const key = kit.key();
      const stream = service.count(10, key);
      kit.equal(countsOf(connection).calls, 0);
      kit.equal((await service.state(key)).ended, "not begun");
      await iteratorOf(stream).return?.();
      kit.equal(await collect(stream), []);
      kit.equal((await service.state(key)).ended, "not begun");
    },
    "items that are asked for at once come in order": async (kit) => {
      const iterator = iteratorOf((await streamsOf(kit)).count(10));
      const steps = await Promise.all(Array.from({ length: 12 }, () => iterator.next()));
      kit.equal(
        steps.map(({ done, value }) => (done === true ? "end" : value)),
        [...Array(10).keys(), "end", "end"],
      );
    },
    "after its end a stream stays at its end": async (kit) => {
      const iterator = iteratorOf((await streamsOf(kit)).count(1));
      await iterator.next();
      for (let i = 0; i < 3; i++) kit.equal(await iterator.next(), { done: true, value: undefined });
      kit.equal(await iterator.return?.(), { done: true, value: undefined });
    },
    "a stream is what a method resolves to, too": async (kit) => {
      const service = await streamsOf(kit);
      const key = kit.key();
      const stream = await service.later(key, 100);
      kit.equal((await collect(stream)).length, 100);
      kit.equal((await service.state(key)).ended, "done");
    },
    "a stream of the peer is passed on to the peer": async (kit) => {
      const service = await streamsOf(kit);
      kit.equal(await service.sum(service.count(100)), sumBelow(100));
      kit.equal(await service.sum(service.double(service.count(100))), 2 * sumBelow(100));
    },
    "100 streams at once do not mix": async (kit) => {
      const service = await streamsOf(kit);
      const lists = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          i % 2 === 0 ? collect(service.count(i * 3)) : collect(service.double(upTo(i * 3))),
        ),
      );
      for (const [i, list] of lists.entries())
        kit.equal(
          list,
          Array.from({ length: i * 3 }, (_, n) => (i % 2 === 0 ? n : 2 * n)),
        );
    },
    "streams and unary calls go side by side": async (kit) => {
      const service = await streamsOf(kit);
      const list = collect(service.count(10_000));
      const source = watched(upTo(10_000));
      const sum = service.sum(source.items);
      for (let i = 0; i < 100; i++) kit.equal((await service.state(`none ${i}`)).produced, 0);
      kit.equal([(await list).length, await sum], [10_000, sumBelow(10_000)]);
    },
  }),
];
