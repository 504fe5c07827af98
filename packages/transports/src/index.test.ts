import { setTimeout as sleep } from "node:timers/promises";
import { memory } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { connect, serve } from "./index.js";
import { failOnLeaks } from "./test-support/leaks.js";
import { freshName, usePrivateRuntimeFolder } from "./test-support/links.js";

usePrivateRuntimeFolder();
failOnLeaks();

describe.each([
  ["tcp", () => "tcp://127.0.0.1:0"],
  ["pipe", () => `pipe:${freshName()}`],
  ["auto", () => `auto:${freshName()}`],
  ["memory", () => `memory:${freshName()}`],
  ["a transport object", () => memory(freshName())],
])("serve and connect over %s", (_name, address) => {
  test("connect at the endpoint that the server reports", async () => {
    const server = await serve(address(), []);
    const connection = await connect(server.endpoint);
    expect(server.connections.size).toBe(1);
    await connection.close();
    await server.close();
    await expect(connect(server.endpoint, { timeoutMs: 50 })).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a name that is taken is refused", async () => {
    const server = await serve(address(), [], { onError() {} });
    await expect(serve(server.endpoint, [])).rejects.toMatchObject({ code: "alreadyExists" });
    await server.close();
  });

  test("a client waits for a server that starts late", async () => {
    const first = await serve(address(), []);
    await first.close();
    const connecting = connect(first.endpoint, { timeoutMs: 60_000 });
    await sleep(100);
    const server = await serve(first.endpoint, []);
    await (await connecting).close();
    await server.close();
  });
});

test("a server that never starts is named in the error, with the time", async () => {
  const endpoint = `pipe:${freshName()}`;
  await expect(connect(endpoint, { timeoutMs: 30 })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(new RegExp(`${endpoint}.* 30 ms`)),
  });
});

test("an invalid endpoint rejects at once", async () => {
  for (const attempt of [
    serve("nothing:inventory", []),
    connect("tcp://192.0.2.1:80"),
    connect("inventory"),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: "invalidArgument" });
  }
});

test("one import is enough: the public API of core is re-exported", async () => {
  const { serve: _serve, connect: _connect, ...others } = await import("@crosspane/core");
  expect(await import("./index.js")).toMatchObject(others);
});
