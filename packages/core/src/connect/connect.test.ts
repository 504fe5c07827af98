import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { serve } from "../server/serve.js";
import { memory, scriptedTransport } from "../testing/index.js";
import type { Transport } from "../transport/transport.js";
import { connect } from "./connect.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

/** Longer than a test may take, so that retrying until then fails the test. */
const tooLateMs = 60_000;

/** Creates a transport whose `dial` throws the given value and counts its calls. */
function throwing(thrown: unknown) {
  const asked = { dials: 0 };
  const transport: Transport = {
    ...memory("thrown"),
    dial() {
      asked.dials++;
      throw thrown;
    },
  };
  return { transport, asked };
}

describe("an error that a retry cannot fix is not retried", () => {
  test.each([
    ["a TypeError", new TypeError("undefined is not a function"), "internal"],
    ["an error that is not an RpcError", new Error("no such host"), "internal"],
    ["a value that is not an Error", null, "internal"],
    ["permissionDenied", new RpcError("permissionDenied", "not for you"), "permissionDenied"],
    ["unimplemented", new RpcError("unimplemented", "not on this system"), "unimplemented"],
    ["failedPrecondition", new RpcError("failedPrecondition", "no program"), "failedPrecondition"],
    ["invalidArgument", new RpcError("invalidArgument", "no name"), "invalidArgument"],
    ["unauthenticated", new RpcError("unauthenticated", "no secret"), "unauthenticated"],
  ])("%s", async (_name, thrown, code) => {
    const { transport, asked } = throwing(thrown);
    const error = await connect(transport, { timeoutMs: tooLateMs }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    if (!(thrown instanceof RpcError)) expect(error).toMatchObject({ cause: thrown });
    expect(asked.dials).toBe(1);
  });

  test("an exception of a transport is named with its class", async () => {
    const { transport } = throwing(new TypeError("socket.conect is not a function"));
    await expect(connect(transport, { timeoutMs: tooLateMs })).rejects.toThrow(
      "connect to memory:thrown: the transport failed with TypeError: socket.conect is not a function",
    );
  });

  test("an exception in dial ends a reconnecting connection", async () => {
    const real = memory("comes back no more");
    const server = await serve(real, []);
    let dials = 0;
    const transport: Transport = {
      ...real,
      dial(signal) {
        if (dials++ > 0) throw new TypeError("broken");
        return real.dial(signal);
      },
    };
    const connection = await connect(transport, { reconnect: { minDelayMs: 1 } });
    await server.close();
    expect(await connection.closed).toMatchObject({ error: { code: "internal" } });
    expect(dials).toBe(2);
  });
});

describe("a connect that times out", () => {
  test("names the error of the last attempt once, and timeoutMs", async () => {
    const error = await connect(memory("absent"), { timeoutMs: 20 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "unavailable",
      message:
        "connect to memory:absent: no connection within 20 ms (timeoutMs): " +
        "no server is listening there in this process; start it, or check the name",
    });
  });

  test("says that a server which accepted the connection and is silent is there", async () => {
    const silent = scriptedTransport(async (peer) => {
      await peer.ended();
    });
    await expect(connect(silent, { timeoutMs: 20 })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("the server is there but has not answered"),
    });
  });
});

describe("without a timeoutMs", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** Returns the milliseconds after which `connect` fails, and its error. */
  async function givesUp(transport: Transport, timeoutMs?: number) {
    const began = performance.now();
    const connecting = connect(transport, timeoutMs === undefined ? {} : { timeoutMs });
    const failed = connecting.then(
      () => "connected",
      (error: Error) => ({ afterMs: Math.round(performance.now() - began), message: error.message }),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    return failed;
  }

  const busy = (): Transport => ({
    ...memory("busy"),
    dial: (signal, found) =>
      new Promise((_, reject) => {
        found?.();
        signal.addEventListener("abort", () =>
          reject(new RpcError("unavailable", "dial memory:busy: is there")),
        );
      }),
  });

  test("a server has more time to answer than to come up", async () => {
    expect(await givesUp(memory("absent"))).toMatchObject({ afterMs: 5_000 });
    expect(await givesUp(busy())).toEqual({
      afterMs: 30_000,
      message: "connect to memory:busy: no connection within 30000 ms (timeoutMs): is there",
    });
    expect(await givesUp(scriptedTransport((peer) => peer.ended()))).toMatchObject({ afterMs: 30_000 });
  });

  test("a given timeoutMs applies to both", async () => {
    expect(await givesUp(busy(), 1_000)).toMatchObject({ afterMs: 1_000 });
    expect(await givesUp(memory("absent"), 1_000)).toMatchObject({ afterMs: 1_000 });
  });
});

test("both sides refuse a runtime that is too old at once", async () => {
  const { withResolvers } = Promise;
  Object.assign(Promise, { withResolvers: undefined });
  try {
    const tooOld = { code: "unimplemented", message: expect.stringContaining("Node 22.18") };
    await expect(connect(memory("old"))).rejects.toMatchObject(tooOld);
    await expect(serve(memory("old"), [])).rejects.toMatchObject(tooOld);
  } finally {
    Object.assign(Promise, { withResolvers });
  }
});
