import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { withOptions } from "../outbound/client-stub.js";
import { Broken, openJobs, settled } from "../test-support/jobs.js";
import { concurrencyLimit } from "./concurrency-limit.js";
import type { Interceptor } from "./interceptor.js";
import { timing } from "./timing.js";

async function collect(items: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const item of items) all += item;
  return all;
}

test.each(["client", "server"] as const)("a stream passes at the %s, and may be wrapped", async (side) => {
  const kinds: string[] = [];
  const shouting: Interceptor = async (call, next) => {
    kinds.push(`${call.side} ${call.label} ${call.kind}`);
    const items = (await next(call)) as AsyncIterable<string>;
    return (async function* () {
      for await (const item of items) yield item.toUpperCase();
    })();
  };
  const { client } = await openJobs({ [side]: { interceptors: [shouting] } });
  expect(await collect(client.watch("abc"))).toBe("ABC");
  expect(kinds).toEqual([`${side} Jobs.watch stream`]);
});

test("a stream that is never read makes no call", async () => {
  let calls = 0;
  const counting: Interceptor = (call, next) => {
    calls++;
    return next(call);
  };
  const { client } = await openJobs({ client: { interceptors: [counting] } });
  client.watch("abc");
  await settled();
  expect(calls).toBe(0);
});

test.each(["client", "server"] as const)("its place at the %s is free when it was left", async (side) => {
  const limit = concurrencyLimit({ maxCalls: 1, maxQueued: 5 });
  const { client } = await openJobs({ [side]: { interceptors: [limit] } });
  for await (const _ of client.watch("abc")) break;
  expect(await collect(client.watch("abc"))).toBe("abc");
  expect(await client.run("a")).toBe("a");
});

test("it is measured to its end at both ends, and its error has its class", async () => {
  const outcomes: string[] = [];
  const interceptors = [
    timing(
      ({ side }, { error }) => void outcomes.push(`${side} ${error instanceof Broken ? error.part : "?"}`),
    ),
  ];
  const watch = async function* () {
    yield "a";
    throw new Broken("axle");
  };
  const { client, serverReports } = await openJobs({
    jobs: { watch },
    client: { interceptors },
    server: { interceptors },
  });
  const error: unknown = await collect(client.watch("x")).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Broken);
  expect(error).toMatchObject({ part: "axle", message: "axle is broken", name: "Broken" });
  expect(outcomes).toEqual(["server axle", "client axle"]);
  expect(serverReports).toEqual([]);
});

test("a stream's error whose fields have wrong types is internal, and reported", async () => {
  const watch = async function* () {
    yield "a";
    throw new Broken(1 as unknown as string);
  };
  const { client, serverReports } = await openJobs({ jobs: { watch } });
  await expect(collect(client.watch("x"))).rejects.toMatchObject({ code: "internal" });
  expect(serverReports).toMatchObject([{ method: "Jobs.watch" }]);
});

test("a stream that comes after its call was given up is left and frees its slot and its caller's signal", async () => {
  const late: Interceptor = async (call, next) => {
    const result = await next(call);
    await new Promise((resolve) => setTimeout(resolve, 40));
    return result;
  };
  const interceptors = [late, concurrencyLimit({ maxCalls: 1, maxQueued: 1 })];
  const { client } = await openJobs({ client: { interceptors } });
  const { signal } = new AbortController();
  const reading = collect(withOptions(client, { timeoutMs: 20, signal }).watch("abc"));
  await expect(reading).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(await withOptions(client, { timeoutMs: 60_000 }).run("next")).toBe("next");
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("the deadline of a call applies to its stream", async () => {
  const watch = async function* () {
    yield "a";
    await new Promise(() => {});
  };
  const { client } = await openJobs({
    jobs: { watch },
    client: { interceptors: [(call, next) => next(call)] },
  });
  const items = withOptions(client, { timeoutMs: 50 }).watch("x");
  await expect(collect(items)).rejects.toMatchObject({ code: "deadlineExceeded" });
});

test("the caller's signal releases what an answer brought", async () => {
  const { client } = await openJobs({ client: { interceptors: [(call, next) => next(call)] } });
  const controller = new AbortController();
  const tool = await withOptions(client, { signal: controller.signal }).open("saw");
  expect(await tool.use("once")).toBe("saw once");
  controller.abort();
  await expect(tool.use("again")).rejects.toMatchObject({ code: "failedPrecondition" });
});
