import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import { withOptions } from "../outbound/client-stub.js";
import { serve } from "../server/serve.js";
import { idleJobs, type Jobs, jobsService, openJobs } from "../test-support/jobs.js";
import { memory } from "../testing/index.js";
import { carriedReferences } from "./carried-references.js";
import { type RetryOptions, retry } from "./retry.js";

/** Starts a service that fails with a code until the given attempt. */
async function failing(code: Code, until: number, options: RetryOptions = {}) {
  const attempts: string[] = [];
  const attempt = async (name: string) => {
    attempts.push(name);
    if (attempts.length < until) throw new RpcError(code, "for now");
    return "done";
  };
  const jobs = { run: attempt, look: attempt, note: (text: string) => void attempts.push(text) };
  const interceptors = [retry({ firstDelayMs: 1, ...options })];
  return { attempts, ...(await openJobs({ jobs, client: { interceptors } })) };
}

test.each<Code>(["unavailable", "resourceExhausted"])(
  "an idempotent call that is %s is made again",
  async (code) => {
    const { client, attempts } = await failing(code, 3);
    expect(await client.look("a")).toBe("done");
    expect(attempts).toEqual(["a", "a", "a"]);
  },
);

test("the caller gets the error of the last attempt", async () => {
  const { client, attempts } = await failing("unavailable", 9);
  await expect(client.look("a")).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toHaveLength(3);
});

test("a call that is not idempotent is made once", async () => {
  const { client, attempts } = await failing("unavailable", 2);
  await expect(client.run("a")).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toHaveLength(1);
});

test("a call that failed for another reason is made once", async () => {
  const { client, attempts } = await failing("notFound", 2);
  await expect(client.look("a")).rejects.toMatchObject({ code: "notFound" });
  expect(attempts).toHaveLength(1);
});

test("the codes to retry can be set", async () => {
  const { client, attempts } = await failing("aborted", 2, { codes: ["aborted"] });
  expect(await client.look("a")).toBe("done");
  expect(attempts).toHaveLength(2);
});

test("an attempt that could not begin before the deadline is not made", async () => {
  const { client, attempts } = await failing("unavailable", 9, { firstDelayMs: 60_000, maxDelayMs: 60_000 });
  const call = withOptions(client, { timeoutMs: 10_000 }).look("a");
  await expect(call).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toHaveLength(1);
});

test("a caller that gives up between two attempts is answered at once", async () => {
  const { client, attempts } = await failing("unavailable", 9, { firstDelayMs: 60_000, maxDelayMs: 60_000 });
  const controller = new AbortController();
  const call = withOptions(client, { signal: controller.signal }).look("a");
  await expect.poll(() => attempts.length).toBe(1);
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: "cancelled" });
  expect(attempts).toHaveLength(1);
});

test("a call that passed on a reference of this side is made once", async () => {
  let attempts = 0;
  const carrying = [
    retry({ firstDelayMs: 1 }),
    async (call: Parameters<ReturnType<typeof retry>>[0]) => {
      attempts++;
      call.values.set(carriedReferences, true);
      throw new RpcError("unavailable", "no");
    },
  ];
  const { client } = await openJobs({ client: { interceptors: carrying } });
  await expect(client.look("a")).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toBe(1);
});

test("a call with a function among its arguments is made once", async () => {
  let attempts = 0;
  const tell = async () => {
    attempts++;
    throw new RpcError("unavailable", "no");
  };
  const { client } = await openJobs({
    jobs: { tell },
    client: { interceptors: [retry({ firstDelayMs: 1 })] },
  });
  await expect(client.tell(async () => {})).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toBe(1);
});

test("a call whose link broke is repeated over the next link of its connection", async () => {
  const transport = memory("retried over the next link");
  const attempts: string[] = [];
  const serveWith = (name: string, look: Jobs["look"]) =>
    serve(transport, [
      jobsService().implement({
        ...idleJobs,
        look: (at) => {
          attempts.push(name);
          return look(at);
        },
      }),
    ]);
  const first = await serveWith("first", () => new Promise(() => {}));
  const interceptors = [retry({ attempts: 2, firstDelayMs: 1 })];
  await using connection = await connect(transport, { reconnect: { minDelayMs: 1 }, interceptors });
  const call = connection.client(jobsService()).look("a");
  await expect.poll(() => attempts).toEqual(["first"]);
  for (const client of first.connections) client.abort();
  await first.close();
  await using _ = await serveWith("second", async (at) => `${at} at last`);
  expect(await call).toBe("a at last");
  expect(attempts).toEqual(["first", "second"]);
});

test("the server's side repeats nothing", async () => {
  let attempts = 0;
  const look = async () => {
    attempts++;
    throw new RpcError("unavailable", "no");
  };
  const { client } = await openJobs({
    jobs: { look },
    server: { interceptors: [retry({ firstDelayMs: 1 })] },
  });
  await expect(client.look("a")).rejects.toMatchObject({ code: "unavailable" });
  expect(attempts).toBe(1);
});

test.each<RetryOptions>([
  { attempts: 0 },
  { attempts: 1.5 },
  { firstDelayMs: -1 },
  { firstDelayMs: 20, maxDelayMs: 10 },
])("%o are no options", (options) => {
  expect(() => retry(options)).toThrow(expect.objectContaining({ code: "invalidArgument" }));
});
