import { RpcError } from "../../../errors/rpc-error.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";
import {
  collect,
  connectedStreams,
  iteratorOf,
  sourceEnds,
  streamsOf,
  upTo,
  watched,
} from "./local-source.js";

/** Returns false if a deadline passed first. */
async function comesInTime(promise: Promise<unknown>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch (error) {
    if (RpcError.from(error).code !== "deadlineExceeded") throw error;
    return false;
  }
}

export const streamCancellingCases: readonly ConformanceCase[] = cases("streams", {
  "aborted before it is read, a stream is never asked for": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const signal = AbortSignal.abort();
    await kit.fails(collect(withOptions(service, { signal }).count(10, key)), "cancelled");
    kit.equal((await service.state(key)).ended, "not begun");
  },
  "aborted before the first item, a stream ends at both sides": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const controller = new AbortController();
    const reading = collect(withOptions(service, { signal: controller.signal }).silent(key));
    await kit.until(async () => (await service.state(key)).ended === "no", "the start of the source");
    controller.abort();
    await kit.fails(reading, "cancelled");
    await kit.until(async () => (await service.state(key)).ended !== "no", "the end of the source");
  },
  "aborted between items, a stream ends at both sides": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    const controller = new AbortController();
    const stream = withOptions(service, { signal: controller.signal }).tick(1e9, 1, key);
    const reading = (async () => {
      for await (const value of stream) if (value === 3) controller.abort();
    })();
    await kit.fails(reading, "cancelled");
    await sourceEnds(kit, { service, key }, "left");
  },
  "aborted after the end, a stream has ended well": async (kit) => {
    const service = await streamsOf(kit);
    const controller = new AbortController();
    const { signal } = controller;
    kit.equal(await collect(withOptions(service, { signal }).count(3)), [0, 1, 2]);
    controller.abort();
    kit.equal(await service.sum(upTo(3)), 3);
  },
  "an abort ends the argument as well": async (kit) => {
    const service = await streamsOf(kit);
    const [one, both] = [watched(upTo()), watched(upTo())];
    const controller = new AbortController();
    const client = withOptions(service, { signal: controller.signal });
    const summing = client.sum(one.items);
    const iterator = iteratorOf(client.double(both.items));
    await iterator.next();
    await kit.until(() => one.state.produced > 100, "the start of the source");
    controller.abort();
    await kit.fails(summing, "cancelled");
    await kit.until(
      () => one.state.ended === "left" && both.state.ended === "left",
      "the end of the sources",
    );
    await iterator.return?.();
  },
  "a deadline before the first item ends a stream at both sides": async (kit) => {
    const service = await streamsOf(kit);
    const key = kit.key();
    await kit.fails(collect(withOptions(service, { timeoutMs: 60 }).silent(key)), "deadlineExceeded");
    await kit.until(async () => (await service.state(key)).ended !== "no", "the end of the source");
  },
  "a deadline between items ends a stream at both sides": async (kit) => {
    const service = await streamsOf(kit);
    await kit.inTime(150, async (timeoutMs) => {
      const key = kit.key();
      await kit.fails(collect(withOptions(service, { timeoutMs }).tick(1e9, 1, key)), "deadlineExceeded");
      if ((await service.state(key)).produced === 0) return false;
      await sourceEnds(kit, { service, key }, "left");
      return true;
    });
  },
  "a deadline ends a stream whose reader pauses": async (kit) => {
    const service = await streamsOf(kit);
    await kit.inTime(150, async (timeoutMs) => {
      const key = kit.key();
      const iterator = iteratorOf(withOptions(service, { timeoutMs }).blocks(1e6, 1_000, key));
      if (!(await comesInTime(iterator.next()))) return false;
      await sourceEnds(kit, { service, key }, "left");
      const reading = (async () => {
        while ((await iterator.next()).done !== true);
      })();
      await kit.fails(reading, "deadlineExceeded");
      return true;
    });
  },
  "a deadline after the end changes nothing": async (kit) => {
    const service = await streamsOf(kit);
    await kit.inTime(400, async (timeoutMs) => {
      const iterator = iteratorOf(withOptions(service, { timeoutMs }).count(2));
      const values: unknown[] = [];
      const reading = (async () => {
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
          values.push(next.value);
      })();
      if (!(await comesInTime(reading))) return false;
      kit.equal(values, [0, 1]);
      await new Promise((resolve) => setTimeout(resolve, timeoutMs + 10));
      kit.equal((await iterator.next()).done, true);
      return true;
    });
  },
  "a stream that a method resolved to is under no deadline": async (kit) => {
    const service = await streamsOf(kit);
    await kit.inTime(400, async (timeoutMs) => {
      const asking = withOptions(service, { timeoutMs }).later(kit.key(), 10);
      if (!(await comesInTime(asking))) return false;
      await new Promise((resolve) => setTimeout(resolve, timeoutMs + 50));
      kit.equal((await collect(await asking)).length, 10);
      return true;
    });
  },
  "a connection that is cut ends its streams at both sides": async (kit) => {
    const { connection, service } = await connectedStreams(kit);
    const other = await streamsOf(kit);
    const key = kit.key();
    const [source, iterator] = [watched(upTo()), iteratorOf(service.tick(1e9, 1, key))];
    const summing = service.sum(source.items);
    await iterator.next();
    const reading = (async () => {
      while ((await iterator.next()).done !== true);
    })();
    connection.abort();
    await Promise.all([kit.fails(reading, "cancelled"), kit.fails(summing, "cancelled")]);
    await kit.until(() => source.state.ended === "left", "the end of the argument's source");
    await sourceEnds(kit, { service: other, key }, "left");
  },
  "a server that cuts the connection ends its streams at both sides": async (kit) => {
    const { connection, service } = await connectedStreams(kit);
    const other = await streamsOf(kit);
    const key = kit.key();
    const [source, iterator] = [watched(upTo()), iteratorOf(service.tick(1e9, 1, key))];
    const summing = service.sum(source.items);
    await iterator.next();
    const reading = (async () => {
      while ((await iterator.next()).done !== true);
    })();
    const ended = Promise.all([kit.fails(reading, "unavailable"), kit.fails(summing, "unavailable")]);
    await connection
      .client(Conformance)
      .hangUp("abort")
      .catch(() => {});
    await ended;
    await kit.until(() => source.state.ended === "left", "the end of the argument's source");
    await sourceEnds(kit, { service: other, key }, "left");
  },
  "close waits for streams that are open": async (kit) => {
    const { connection, service } = await connectedStreams(kit);
    const reading = collect(service.tick(20, 2));
    const source = watched(upTo(10_000));
    const summing = service.sum(source.items);
    await kit.until(() => source.state.produced > 0, "the start of the source");
    await connection.close();
    kit.equal([(await reading).length, await summing], [20, 49_995_000]);
    kit.equal(await connection.closed, { by: "local" });
  },
  "close without patience ends the streams that are open": async (kit) => {
    const { connection, service } = await connectedStreams(kit);
    const other = await streamsOf(kit);
    const key = kit.key();
    const iterator = iteratorOf(service.silent(key));
    const first = iterator.next();
    await kit.until(async () => (await other.state(key)).ended === "no", "the start of the source");
    const failed = kit.fails(first, "cancelled");
    await connection.close({ drainMs: 20 });
    await failed;
    await kit.until(async () => (await other.state(key)).ended !== "no", "the end of the source");
  },
});
