import type { RpcError } from "@crosspane/core";
import { memory } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { parseEndpoint, resolveTransport } from "./endpoint.js";
import {
  formOf,
  isEndpointScheme,
  type RegisteredTransport,
  transportRegistry,
} from "./transport-registry.js";

function refusal(text: string): RpcError {
  try {
    parseEndpoint(text);
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error(`${text} was accepted`);
}

describe("parseEndpoint", () => {
  test.each([
    ["memory:inventory", { kind: "memory", name: "inventory" }],
    ["auto:inventory", { kind: "auto", name: "inventory" }],
    ["shm:inventory", { kind: "shm", name: "inventory" }],
    ["copydata:inventory", { kind: "copydata", name: "inventory" }],
    ["pipe:inventory", { kind: "pipe", name: "inventory" }],
    ["pipe:a:b c", { kind: "pipe", name: "a:b c" }],
    ["tcp://127.0.0.1:5000", { kind: "tcp", host: "127.0.0.1", port: 5000 }],
    ["tcp://localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
    ["tcp://[::1]:65535", { kind: "tcp", host: "::1", port: 65535 }],
    ["stdio:", { kind: "stdio" }],
    ["tcp://127.0.0.1:5000/", { kind: "tcp", host: "127.0.0.1", port: 5000 }],
  ])("reads %s", (text, expected) => {
    expect(parseEndpoint(text)).toEqual(expected);
  });

  test.each([
    ["", "no scheme"],
    ["inventory", "no scheme"],
    ["http://127.0.0.1:80", "scheme is not known"],
    ["TCP://127.0.0.1:80", "scheme is not known"],
    ["pipe:", "no name"],
    ["memory:", "no name"],
    ["tcp:127.0.0.1:80", "tcp://HOST:PORT"],
    ["tcp://", "no host"],
    ["tcp://:80", "no host"],
    ["tcp://127.0.0.1", "no port"],
    ["tcp://127.0.0.1:", "no port"],
    ["tcp://127.0.0.1:http", "port is not a number"],
    ["tcp://127.0.0.1:65536", "port is not a number"],
    ["tcp://127.0.0.1:-1", "port is not a number"],
    ["tcp://::1:80", "tcp://HOST:PORT"],
    ["tcp://127.0.0.1:80/path", "tcp://HOST:PORT"],
    ["shm:", "no name"],
    ["copydata:", "no name"],
    ["auto:", "no name"],
    ["stdio:inventory", "takes no name"],
    ["message-port:", "scheme is not known"],
  ])("refuses %j: %s", (text, problem) => {
    const error = refusal(text);
    expect(error.code).toBe("invalidArgument");
    expect(error.message).toContain(problem);
    expect(error.message).toContain(JSON.stringify(text));
  });

  test("an error names the form of every endpoint", () => {
    const rows = Object.entries<RegisteredTransport>(transportRegistry);
    const forms = rows.filter(([scheme]) => isEndpointScheme(scheme)).map((row) => formOf(...row));
    const [, shown] = refusal("").message.split("the forms are ");
    expect(shown?.split(/, | and /)).toEqual(["auto:NAME", ...forms]);
    expect(forms).toEqual(expect.arrayContaining(["shm:NAME", "tcp://127.0.0.1:PORT", "stdio:"]));
    expect(forms).not.toContain("messagePort(port)");
  });

  test("does not repeat a long text", () => {
    expect(refusal("x".repeat(100_000)).message.length).toBeLessThan(400);
  });
});

describe("resolveTransport", () => {
  test.each([
    "auto:resolved",
    "memory:resolved",
    "pipe:resolved",
    "tcp://127.0.0.1:5000",
    "tcp://[::1]:5000",
  ])("gives the transport of %s", async (endpoint) => {
    expect((await resolveTransport(endpoint)).endpoint).toBe(endpoint);
  });

  test("returns a transport object as it is", async () => {
    const transport = memory("mine");
    expect(await resolveTransport(transport)).toBe(transport);
  });

  test.each(["tcp://192.0.2.1:80", "pipe:a/b", "nothing:x"])("rejects %s", async (endpoint) => {
    await expect(resolveTransport(endpoint)).rejects.toMatchObject({ code: "invalidArgument" });
  });
});
