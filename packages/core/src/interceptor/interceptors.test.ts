import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { callContext } from "../call/call-context.js";
import { createContextKey } from "../call/context-values.js";
import { RpcError } from "../errors/rpc-error.js";
import { synchronous, withOptions } from "../outbound/client-stub.js";
import { openJobs } from "../test-support/jobs.js";
import type { InterceptedCall, Interceptor } from "./interceptor.js";

const recording =
  (calls: InterceptedCall[]): Interceptor =>
  (call, next) => {
    calls.push(call);
    return next(call);
  };

describe.each(["client", "server"] as const)("at the %s", (side) => {
  const open = (interceptors: readonly Interceptor[], jobs = {}) =>
    openJobs({ jobs, [side]: { interceptors } });

  test("every call passes the interceptors, with its description", async () => {
    const calls: InterceptedCall[] = [];
    const { client } = await open([recording(calls)]);
    await withOptions(client, { metadata: { who: "me" }, timeoutMs: 5_000 }).run("a");
    client.note("b");
    await client.look("c");
    const common = { side, service: "Jobs", refusal: undefined, peer: { transport: "memory" } };
    expect(calls).toMatchObject([
      { ...common, method: "run", label: "Jobs.run", kind: "unary", idempotent: false, args: ["a"] },
      { ...common, method: "note", label: "Jobs.note", kind: "notify", args: ["b"] },
      { ...common, method: "look", label: "Jobs.look", kind: "unary", idempotent: true, args: ["c"] },
    ]);
    expect(calls[0]?.metadata).toEqual({ who: "me" });
    expect(calls[0]?.remaining()).toBeLessThanOrEqual(5_000);
    expect(calls[2]?.remaining()).toBe(Number.POSITIVE_INFINITY);
  });

  test("the first is the outermost, and each may change arguments and results", async () => {
    const wrap =
      (mark: string): Interceptor =>
      async (call, next) =>
        `${mark}(${await next({ ...call, args: [`${mark}${call.args[0]}`] })})`;
    const { client } = await open([wrap("x"), wrap("y")]);
    expect(await client.run("a")).toBe("x(y(yxa))");
  });

  test("one that throws, at once or later, fails only its call", async () => {
    const failing: Interceptor = (call, next) => {
      if (call.args[0] === "at once") throw new RpcError("aborted", "at once");
      if (call.args[0] === "later") return Promise.reject(new RpcError("aborted", "later"));
      return next(call);
    };
    const { client } = await open([failing]);
    await expect(client.run("at once")).rejects.toMatchObject({ code: "aborted", message: "at once" });
    await expect(client.run("later")).rejects.toMatchObject({ code: "aborted", message: "later" });
    expect(await client.run("neither")).toBe("neither");
  });

  test("one may answer in the handler's place", async () => {
    const ran: string[] = [];
    const run = async (how: string) => String(ran.push(how));
    const { client } = await open([async () => "cached"], { run });
    expect(await client.run("a")).toBe("cached");
    expect(ran).toEqual([]);
  });

  test("the deadline ends a call whose interceptor never continues", async () => {
    const { client, connection } = await open([() => new Promise(() => {})]);
    const late = withOptions(client, { timeoutMs: 20 }).run("a");
    await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
    await connection.close();
  });

  test("the caller's signal ends a call whose interceptor never continues, and is passed on", async () => {
    let reason: unknown;
    const stuck: Interceptor = ({ signal }) => {
      signal.addEventListener("abort", () => {
        reason = signal.reason;
      });
      return new Promise(() => {});
    };
    const { client } = await open([stuck]);
    const controller = new AbortController();
    const call = withOptions(client, { signal: controller.signal }).run("a");
    setTimeout(() => controller.abort(), 10);
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => reason).toMatchObject({ code: "cancelled" });
  });

  test("the outcome is seen on the way back", async () => {
    const seen: unknown[] = [];
    const watching: Interceptor = (call, next) =>
      next(call).catch((error) => {
        seen.push(error);
        throw error;
      });
    const run = async () => {
      throw new RpcError("notFound", "no");
    };
    const { client } = await open([watching], { run });
    await expect(client.run("a")).rejects.toMatchObject({ code: "notFound" });
    expect(seen).toMatchObject([{ code: "notFound" }]);
  });
});

test("metadata that an interceptor of the client adds arrives", async () => {
  let metadata: unknown;
  const run = async () => {
    ({ metadata } = callContext());
    return "";
  };
  const adding: Interceptor = (call, next) => next({ ...call, metadata: { ...call.metadata, more: "2" } });
  const { client } = await openJobs({ jobs: { run }, client: { interceptors: [adding] } });
  await client.run("a");
  expect(metadata).toEqual({ more: "2" });
  await withOptions(client, { metadata: { one: "1" } }).run("a");
  expect(metadata).toEqual({ one: "1", more: "2" });
});

test("a call that a handler makes ends with the handler's own, whatever an interceptor does", async () => {
  const stuck: Interceptor = () => new Promise(() => {});
  const { client: far } = await openJobs({ client: { interceptors: [stuck] } });
  const errors: unknown[] = [];
  const run = async () => {
    const { signal } = callContext();
    await far.run("never").catch((error) => errors.push(error));
    // The time of the call is measured by another timer, and may be up a little later.
    if (!signal.aborted) await once(signal, "abort");
    return "";
  };
  const { client } = await openJobs({ jobs: { run } });
  await expect(withOptions(client, { timeoutMs: 300 }).run("a")).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await expect.poll(() => errors).toMatchObject([{ code: "deadlineExceeded" }]);
});

test("a shorter timeout of the client's interceptor is the one that travels", async () => {
  let remainingMs = Number.POSITIVE_INFINITY;
  const run = async () => {
    ({ remainingMs } = callContext());
    return "";
  };
  const shortening: Interceptor = (call, next) => next({ ...call, timeoutMs: 30_000 });
  const { client } = await openJobs({ jobs: { run }, client: { interceptors: [shortening] } });
  await withOptions(client, { timeoutMs: 60_000 }).run("a");
  expect(remainingMs).toBeLessThanOrEqual(30_000);
});

test("values pass from an interceptor to the next and to the handler, typed", async () => {
  const user = createContextKey<{ readonly name: string } | undefined>("user", undefined);
  const count = createContextKey("count", 0);
  const seen: unknown[] = [];
  const first: Interceptor = (call, next) => {
    call.values.set(user, { name: "Ada" }).set(count, call.values.get(count) + 1);
    return next(call);
  };
  const second: Interceptor = (call, next) => {
    seen.push(call.values.get(user)?.name);
    return next({ ...call });
  };
  const run = async () => {
    const { values } = callContext();
    return `${values.get(user)?.name} ${values.get(count)}`;
  };
  const { client } = await openJobs({ jobs: { run }, server: { interceptors: [first, second] } });
  expect(await client.run("a")).toBe("Ada 1");
  expect(await client.run("a")).toBe("Ada 1");
  expect(seen).toEqual(["Ada", "Ada"]);
});

test("a result that an interceptor of the server returns is checked like any other", async () => {
  const { client, serverReports } = await openJobs({ server: { interceptors: [async () => 1] } });
  await expect(client.run("a")).rejects.toMatchObject({ code: "internal" });
  expect(serverReports).toHaveLength(1);
});

test("a one-way call that fails before it is sent is reported", async () => {
  const failing: Interceptor = async () => {
    throw new RpcError("aborted", "no");
  };
  const { client, clientReports } = await openJobs({ client: { interceptors: [failing] } });
  client.note("a");
  await expect.poll(() => clientReports).toMatchObject([{ method: "Jobs.note", error: { code: "aborted" } }]);
});

test("interceptors see arguments of a wrong type fail", async () => {
  const codes: unknown[] = [];
  const watching: Interceptor = (call, next) =>
    next(call).catch((error) => {
      codes.push(error.code);
      throw error;
    });
  const { client } = await openJobs({ client: { interceptors: [watching] } });
  await expect(client.run(1 as unknown as string)).rejects.toMatchObject({ code: "invalidArgument" });
  expect(codes).toEqual(["invalidArgument"]);
});

test("a synchronous call is refused if there are interceptors", async () => {
  const { client } = await openJobs({ client: { interceptors: [(call, next) => next(call)] } });
  expect(() => synchronous(client).run("a")).toThrow(
    expect.objectContaining({
      code: "unimplemented",
      message: expect.stringContaining("a second connection"),
    }),
  );
});

test("calls that arrive while an interceptor waits are all answered", async () => {
  const waiting: Interceptor = async (call, next) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    return next(call);
  };
  const { client } = await openJobs({
    client: { interceptors: [waiting] },
    server: { interceptors: [waiting] },
  });
  const texts = Array.from({ length: 100 }, (_, i) => `${i}`);
  expect(await Promise.all(texts.map((text) => client.run(text)))).toEqual(texts);
});
