import { RpcError } from "../../../errors/rpc-error.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";
import { collect, iteratorOf, sourceEnds, streamsOf, upTo, watched } from "./local-source.js";

export const streamEndCases: readonly ConformanceCase[] = cases("streams", {
  "who leaves a result early ends its source": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    for await (const value of service.count(1e9, key)) if (value === 1_000) break;
    await sourceEnds(kit, { service, key }, "left");
    const { produced } = await service.state(key);
    await service.sum(upTo(100));
    kit.equal((await service.state(key)).produced, produced);
  },
  "who leaves a result before its first item ends its source": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const iterator = iteratorOf(service.silent(key));
    const first = iterator.next();
    await kit.until(async () => (await service.state(key)).ended === "no", "the start of the source");
    await iterator.return?.();
    kit.equal(await kit.soon(first, "the end"), { done: true, value: undefined });
    await kit.until(async () => (await service.state(key)).ended !== "no", "the end of the source");
  },
  "what is thrown into a result arrives in its source": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const iterator = iteratorOf(service.count(1e9, key));
    for (let i = 0; i < 10; i++) await iterator.next();
    const error = new RpcError("aborted", "enough of this");
    await kit.fails(iterator.throw?.(error) as Promise<unknown>, "aborted", "enough of this");
    await sourceEnds(kit, { service, key }, "thrown");
    kit.equal((await service.state(key)).thrown, ["aborted", "enough of this"]);
    kit.equal(await iterator.next(), { done: true, value: undefined });
  },
  "a source that goes on after what was thrown into it ends all the same": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const iterator = iteratorOf(service.stubborn(key));
    await iterator.next();
    await iterator.throw?.(new RpcError("aborted", "enough")).catch(() => {});
    await sourceEnds(kit, { service, key }, "left");
  },
  "a handler that leaves its argument early ends the source": async (kit) => {
    const service = await streamsOf(kit);
    const source = watched(upTo());
    kit.equal(await service.first(3, source.items), [0, 1, 2]);
    await kit.until(() => source.state.ended === "left", "the end of the source");
    const { produced } = source.state;
    await service.sum(upTo(100));
    kit.equal(source.state.produced, produced);
  },
  "what a handler throws into its argument arrives in the source": async (kit) => {
    const service = await streamsOf(kit);
    const source = watched(upTo());
    await service.throwInto(3, source.items);
    await kit.until(() => source.state.ended === "thrown", "the end of the source");
    kit.equal(source.state.thrown, ["aborted", "enough of this"]);
  },
  "an argument that its handler does not read ends with the call": async (kit) => {
    const service = await streamsOf(kit);
    const [key, source] = [kit.key(), watched(blocks())];
    const ignoring = service.ignore(key, source.items);
    await kit.until(() => service.release(key), "the handler");
    await ignoring;
    await kit.until(() => source.state.ended === "left", "the end of the source");
  },
  "an argument of a call that is refused ends": async (kit) => {
    const service = await streamsOf(kit);
    const source = watched(upTo());
    const wrong = service as unknown as {
      first(count: string, values: AsyncIterable<number>): Promise<unknown>;
    };
    await kit.fails(wrong.first("three", source.items), "invalidArgument");
    kit.isTrue(source.state.ended !== "no", "the source is still read");
  },
  "what a source throws comes after the items before it, with code, message and details": async (kit) => {
    const service = await streamsOf(kit);
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of service.breakAfter(1_000, "rpc")) items.push(item);
    })();
    const { details } = await kit.fails(reading, "notFound", "no more numbers");
    kit.equal([items.length, details], [1_000, { count: 1_000 }]);
  },
  "an error ends a stream, and is told once": async (kit) => {
    const iterator = iteratorOf((await streamsOf(kit)).breakAfter(1, "rpc"));
    await iterator.next();
    await kit.fails(iterator.next(), "notFound");
    kit.equal(await iterator.next(), { done: true, value: undefined });
  },
  "a stream whose call fails tells it once, however often it is asked": async (kit) => {
    const iterator = iteratorOf((await streamsOf(kit)).count("three" as never));
    const steps = [iterator.next(), iterator.next(), iterator.next()] as const;
    await kit.fails(steps[0], "invalidArgument");
    for (const step of [steps[1], steps[2], iterator.next()])
      kit.equal(await kit.soon(step, "the end"), { done: true, value: undefined });
  },
  "what else a source throws is not told": async (kit) => {
    const service = await streamsOf(kit);
    for (const how of ["error", "undefined"] as const) {
      const { message } = await kit.fails(collect(service.breakAfter(3, how)), "internal");
      kit.isTrue(!message.includes("secret"), message);
    }
  },
  "an item that is not of its type fails the stream and not the connection": async (kit) => {
    const service = await streamsOf(kit);
    const { message } = await kit.fails(
      collect(service.breakAfter(3, "wrong item")),
      "internal",
      "breakAfter",
    );
    kit.isTrue(!message.includes("secret"), message);
    kit.equal(await service.sum(upTo(3)), 3);
  },
  "an argument that breaks fails at its reader": async (kit) => {
    const service = await streamsOf(kit);
    async function* broken() {
      yield 1;
      throw new RpcError("dataLoss", "the disk is gone");
    }
    kit.equal(await service.failureOf(broken()), ["dataLoss", "the disk is gone"]);
    async function* wrong() {
      yield 1;
      yield "two" as unknown as number;
    }
    kit.equal((await service.failureOf(wrong()))[0], "internal");
    await kit.fails(service.sum(broken()), "dataLoss", "the disk is gone");
  },
  "a result that is made of a broken argument breaks with it": async (kit) => {
    const service = await streamsOf(kit);
    async function* broken() {
      yield 1;
      throw new RpcError("dataLoss", "the disk is gone");
    }
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of service.double(broken())) items.push(item);
    })();
    await kit.fails(reading, "dataLoss");
    kit.equal(items, [2]);
  },
  "who leaves a result ends the argument that it is made of": async (kit) => {
    const service = await streamsOf(kit);
    const source = watched(upTo());
    for await (const value of service.double(source.items)) if (value === 100) break;
    await kit.until(() => source.state.ended === "left", "the end of the source");
  },
});

async function* blocks(): AsyncGenerator<Uint8Array> {
  while (true) yield new Uint8Array(1_000);
}
