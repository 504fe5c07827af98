import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { withOptions } from "../outbound/client-stub.js";
import { openJobs, settled } from "../test-support/jobs.js";
import { concurrencyLimit } from "./concurrency-limit.js";
import type { InterceptedCall } from "./interceptor.js";

/** Makes jobs that run until they are told to end. */
function openGates() {
  const running: string[] = [];
  const ends = new Map<string, (error?: RpcError) => void>();
  const run = (how: string) =>
    new Promise<string>((resolve, reject) => {
      running.push(how);
      ends.set(how, (error) => (error === undefined ? resolve(how) : reject(error)));
    });
  return { running, end: (how: string, error?: RpcError) => ends.get(how)?.(error), jobs: { run } };
}

test.each(["client", "server"] as const)("at the %s so many run, the rest wait in order", async (side) => {
  const { running, end, jobs } = openGates();
  const interceptors = [concurrencyLimit({ maxCalls: 2, maxQueued: 2 })];
  const { client } = await openJobs({ jobs, [side]: { interceptors } });
  const calls = ["a", "b", "c", "d"].map((how) => client.run(how));
  await settled();
  expect(running).toEqual(["a", "b"]);
  end("b", new RpcError("aborted", "no"));
  await expect(calls[1]).rejects.toMatchObject({ code: "aborted" });
  await expect.poll(() => running).toEqual(["a", "b", "c"]);
  end("a");
  await expect.poll(() => running).toEqual(["a", "b", "c", "d"]);
  end("c");
  end("d");
  expect(await Promise.all([calls[0], calls[2], calls[3]])).toEqual(["a", "c", "d"]);
});

test("calls beyond the queue are refused, and no slot is lost by it", async () => {
  const { running, end, jobs } = openGates();
  const interceptors = [concurrencyLimit({ maxCalls: 1, maxQueued: 1 })];
  const { client } = await openJobs({ jobs, client: { interceptors } });
  const first = client.run("a");
  const second = client.run("b");
  await expect(client.run("c")).rejects.toMatchObject({ code: "resourceExhausted" });
  await expect.poll(() => running).toEqual(["a"]);
  end("a");
  await first;
  await expect.poll(() => running).toEqual(["a", "b"]);
  end("b");
  await second;
  const third = client.run("d");
  await expect.poll(() => running).toEqual(["a", "b", "d"]);
  end("d");
  expect(await third).toBe("d");
});

test.each(["client", "server"] as const)(
  "a caller that gives up while it waits at the %s leaves the queue",
  async (side) => {
    const { running, end, jobs } = openGates();
    const interceptors = [concurrencyLimit({ maxCalls: 1, maxQueued: 1 })];
    const { client } = await openJobs({ jobs, [side]: { interceptors } });
    const first = client.run("a");
    await expect.poll(() => running).toEqual(["a"]);
    await expect(withOptions(client, { timeoutMs: 10 }).run("b")).rejects.toMatchObject({
      code: "deadlineExceeded",
    });
    await settled();
    const third = client.run("c");
    await settled();
    end("a");
    await first;
    await expect.poll(() => running).toEqual(["a", "c"]);
    end("c");
    expect(await third).toBe("c");
  },
);

test("a stream runs until it ends", async () => {
  const limit = concurrencyLimit({ maxCalls: 1, maxQueued: 0 });
  const call = { side: "client", kind: "stream", label: "Jobs.watch" } as InterceptedCall;
  const items = async () =>
    (async function* () {
      yield 1;
    })();
  const stream = (await limit(call, items)) as AsyncIterable<number>;
  await expect(limit(call, items)).rejects.toMatchObject({ code: "resourceExhausted" });
  for await (const item of stream) expect(item).toBe(1);
  await limit(call, items);
});

test("a stream that the program forgot to leave does not keep its slot for ever", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { client } = await openJobs({ client: { interceptors: [concurrencyLimit({ maxCalls: 1 })] } });
  await (async () => client.watch("ab")[Symbol.asyncIterator]().next())();
  const next = client.run("next");
  const collecting = setInterval(collect, 10);
  expect(await next).toBe("next");
  clearInterval(collecting);
});

test("a refused call takes no slot", async () => {
  const limit = concurrencyLimit({ maxCalls: 1, maxQueued: 0 });
  const refusal = new RpcError("permissionDenied", "no");
  const call = { side: "server", kind: "unary", label: "Jobs.run", refusal } as InterceptedCall;
  let release = () => {};
  const running = limit(
    { ...call, refusal: undefined },
    () => new Promise((resolve) => (release = () => resolve(1))),
  );
  await expect(limit(call, () => Promise.reject(refusal))).rejects.toBe(refusal);
  release();
  expect(await running).toBe(1);
});

test.each([{ maxCalls: 0 }, { maxCalls: 1.5 }, { maxCalls: 1, maxQueued: -1 }])(
  "%o are invalid options",
  (options) => {
    expect(() => concurrencyLimit(options)).toThrow(expect.objectContaining({ code: "invalidArgument" }));
  },
);
