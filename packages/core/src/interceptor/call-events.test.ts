import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, onTestFinished, test } from "vitest";
import type { ConnectionEvent } from "../connection/connection-events.js";
import { RpcError } from "../errors/rpc-error.js";
import { openJobs, settled } from "../test-support/jobs.js";
import type { CallEvent } from "./call-events.js";
import type { InterceptedCall } from "./interceptor.js";

function listen<T>(channel: string): T[] {
  const events: T[] = [];
  const listener = (event: unknown) => void events.push(event as T);
  subscribe(channel, listener);
  onTestFinished(() => void unsubscribe(channel, listener));
  return events;
}

const listenToCalls = () => listen<CallEvent>("crosspane.call");
const tell = ({ type, call }: CallEvent) => `${type} ${call.side} ${call.label}`;

test("the start and the end of a call are published at both ends", async () => {
  const events = listenToCalls();
  const { client } = await openJobs();
  await client.run("a");
  expect(events.map(tell)).toEqual([
    "start client Jobs.run",
    "start server Jobs.run",
    "end server Jobs.run",
    "end client Jobs.run",
  ]);
  const [first, , , last] = events;
  expect(last?.call).toBe(first?.call);
  expect(last).toMatchObject({ outcome: { code: "ok" }, call: { args: ["a"], kind: "unary" } });
});

test("a failure is published with its error", async () => {
  const events = listenToCalls();
  const run = async () => {
    throw new RpcError("notFound", "no");
  };
  const { client } = await openJobs({ jobs: { run } });
  await expect(client.run("a")).rejects.toThrow();
  expect(events.filter(({ type }) => type === "end")).toMatchObject([
    { call: { side: "server" }, outcome: { code: "notFound", error: { message: "no" } } },
    { call: { side: "client" }, outcome: { code: "notFound", error: { message: "no" } } },
  ]);
});

test("the end of a stream's call is the end of the stream", async () => {
  const events = listenToCalls();
  const { client } = await openJobs();
  for await (const _ of client.watch("ab"))
    expect(events.map(({ type }) => type)).not.toContain("end client");
  expect(events.map(tell).sort()).toEqual([
    "end client Jobs.watch",
    "end server Jobs.watch",
    "start client Jobs.watch",
    "start server Jobs.watch",
  ]);
});

test("a refusal is published once", async () => {
  const events = listenToCalls();
  const { client } = await openJobs({ rules: { run: ["elevated"] } });
  await expect(client.run("secret")).rejects.toThrow();
  const [refused, ...others] = events.filter(({ call }) => call.side === "server");
  expect(refused).toMatchObject({
    type: "refused",
    call: { args: [], refusal: { code: "permissionDenied" } },
  });
  expect(others).toEqual([]);
});

test("one-way calls are published, and fail as they do without a listener", async () => {
  const events = listenToCalls();
  const { client, connection } = await openJobs();
  client.note("a");
  await settled();
  expect(events.map(tell)).toEqual([
    "start client Jobs.note",
    "end client Jobs.note",
    "start server Jobs.note",
    "end server Jobs.note",
  ]);
  await connection.close();
  expect(() => client.note("b")).toThrow(RpcError);
  expect(events.at(-1)).toMatchObject({ type: "end", outcome: { code: "cancelled" } });
});

test("the program's interceptors work as they do without a listener", async () => {
  const events = listenToCalls();
  const seen: InterceptedCall[] = [];
  const { client } = await openJobs({
    client: {
      interceptors: [
        (call, next) => {
          seen.push(call);
          return next({ ...call, args: ["changed"] });
        },
      ],
    },
  });
  expect(await client.run("a")).toBe("changed");
  expect(seen).toHaveLength(1);
  expect(events[0]?.call.args).toEqual(["a"]);
});

test("a listener that throws harms no call", async () => {
  const thrown: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => void thrown.push(error));
  onTestFinished(() => process.setUncaughtExceptionCaptureCallback(null));
  const failing = (event: unknown) => {
    const { type, call } = event as CallEvent;
    if (type === "start" && call.side === "client") throw new Error("no");
  };
  subscribe("crosspane.call", failing);
  onTestFinished(() => void unsubscribe("crosspane.call", failing));
  const { client } = await openJobs();
  expect(await client.run("a")).toBe("a");
  await expect.poll(() => thrown).toHaveLength(1);
});

test("opened and closed connections are published, with the reason", async () => {
  const events = listen<ConnectionEvent>("crosspane.connection");
  const { connection, server } = await openJobs();
  expect(events.map(({ type }) => type)).toEqual(["open", "open"]);
  expect(events.map((event) => event.connection)).toContain(connection);
  await connection.close();
  await server.close();
  expect(events.slice(2).map(({ type }) => type)).toEqual(["close", "close"]);
  const own = events.find((event) => event.type === "close" && event.connection === connection);
  expect(own).toMatchObject({ reason: { by: "local" } });
});
