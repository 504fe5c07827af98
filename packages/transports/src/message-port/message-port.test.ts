import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { connect, RpcError, serve } from "@crosspane/core";
import type { MessageReceiver, TransportConnection } from "@crosspane/core/transport";
import { expect, onTestFinished, test, vi } from "vitest";
import { Probe, probe } from "../test-support/spawn/probe-service.js";
import { type EventEmitterPort, type EventTargetPort, messagePort } from "./index.js";

const never = new AbortController().signal;
const dial = (port: MessagePort) => messagePort(port).dial(never);

/** A receiver that writes down what it is told. */
function recorder() {
  const told: unknown[] = [];
  const receiver: MessageReceiver = {
    message: (bytes) => told.push([...bytes]),
    drained: () => told.push("drained"),
    closed: (error) => told.push(error?.code ?? "closed"),
  };
  return { told, receiver };
}

/** A channel with a connection at one end and a peer that a test plays at the other. */
async function played(): Promise<{ connection: TransportConnection; peer: MessagePort; told: unknown[] }> {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port2.close());
  const connection = await dial(port1);
  const { told, receiver } = recorder();
  connection.start(receiver);
  return { connection, peer: port2, told };
}

/** What Electron's main process has instead of a `MessagePort`. */
function electronPort(port: MessagePort): EventEmitterPort {
  const emitter = new EventEmitter();
  port.on("close", () => emitter.emit("close"));
  return {
    postMessage: (message) => port.postMessage(message),
    on: (type: "message" | "close", listener: (event: { data: unknown }) => void) =>
      emitter.on(type, listener),
    start: () => void port.on("message", (data) => emitter.emit("message", { data })),
    close: () => port.close(),
  };
}

test("a port of Electron's main process and one of a page carry calls", async () => {
  const { port1, port2 } = new MessageChannel();
  const server = await serve(messagePort(electronPort(port1)), [Probe.implement(probe)]);
  const connection = await connect(messagePort(port2));
  expect(await connection.client(Probe).processId()).toBe(process.pid);
  expect(connection.transport).toEqual({ name: "message-port", endpoint: "message-port:", skipped: [] });
  await connection.close();
  // Its port was the only way in.
  expect(await server.closed).toEqual({ by: "peer" });
});

test("what was sent before anybody listened is not lost", async () => {
  const { port1, port2 } = new MessageChannel();
  const sender = await dial(port1);
  sender.start(recorder().receiver);
  sender.send(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
  void sender.close();
  await sleep(20);
  const { told, receiver } = recorder();
  (await dial(port2)).start(receiver);
  await expect.poll(() => told).toEqual([[2, 3], "closed"]);
  await sender.close();
});

test("a port carries one connection", async () => {
  const { port1 } = new MessageChannel();
  const transport = messagePort(port1);
  const first = await transport.dial(never);
  const again = [transport.dial(never), transport.listen({ accept: () => {}, failed: () => {} })];
  for (const attempt of again) await expect(attempt).rejects.toMatchObject({ code: "failedPrecondition" });
  first.abort(new RpcError("cancelled", "the test is over"));
});

test("a port that comes after the dial was given up is closed", async () => {
  const { port1, port2 } = new MessageChannel();
  const closed = vi.fn();
  port2.on("close", closed);
  const port = Promise.withResolvers<MessagePort>();
  const controller = new AbortController();
  const dialing = messagePort(() => port.promise).dial(controller.signal);
  controller.abort(new RpcError("cancelled", "given up"));
  await expect(dialing).rejects.toMatchObject({ code: "cancelled" });
  port.resolve(port1);
  await expect.poll(() => closed).toHaveBeenCalledOnce();
});

test("a port that does not tell of its end says so, also if a function gives it", async () => {
  const { port1 } = new MessageChannel();
  onTestFinished(() => port1.close());
  // As in browsers without the event `close`.
  const silent: EventTargetPort = {
    postMessage: (message) => port1.postMessage(message),
    addEventListener: () => {},
    close: () => port1.close(),
  };
  for (const source of [silent, async () => silent]) {
    const connection = await messagePort(source).dial(never);
    expect(connection.capabilities.noticesDeath).toBe(false);
  }
});

test("a connection comes back over another channel", async () => {
  const servers: MessagePort[] = [];
  const serveOne = (port: MessagePort) => {
    servers.push(port);
    return serve(messagePort(port), [Probe.implement(probe)]);
  };
  const transport = messagePort(async () => {
    const { port1, port2 } = new MessageChannel();
    await serveOne(port2);
    return port1;
  });
  const connection = await connect(transport, { reconnect: { minDelayMs: 1 } });
  onTestFinished(() => connection.close());
  const client = connection.client(Probe);
  expect(await client.processId()).toBe(process.pid);
  const held = client.hold();
  servers[0]?.close();
  await expect(held).rejects.toMatchObject({ code: "unavailable" });
  expect(await client.processId()).toBe(process.pid);
  expect(servers).toHaveLength(2);
});

test.each([
  [(peer: MessagePort) => peer.close(), "unavailable"],
  [(peer: MessagePort) => peer.postMessage(-1), "unavailable"],
  [(peer: MessagePort) => peer.postMessage(0), "closed"],
  [(peer: MessagePort) => peer.postMessage("text"), "internal"],
  [(peer: MessagePort) => peer.postMessage({ length: 3 }), "internal"],
  [(peer: MessagePort) => peer.postMessage(null), "internal"],
  [(peer: MessagePort) => peer.postMessage(Number.NaN), "internal"],
])("what the peer does ends the connection by its name: %s", async (act, how) => {
  const { peer, told } = await played();
  peer.postMessage(new Uint8Array([7]));
  act(peer);
  await expect.poll(() => told.at(-1)).toBe(how);
  expect(told.slice(0, -1)).toEqual(how === "internal" ? expect.any(Array) : [[7]]);
});

test("a message over the limit ends the connection", async () => {
  const { connection, peer, told } = await played();
  connection.maxReceiveBytes = 2;
  peer.postMessage(new Uint8Array(3));
  await expect.poll(() => told).toEqual(["resourceExhausted"]);
});

test("a peer that takes nothing is waited for, and goes on when it does", async () => {
  const { connection, peer, told } = await played();
  const message = new Uint8Array(400_000);
  expect([connection.send(message), connection.send(message), connection.send(message)]).toEqual([
    true,
    true,
    false,
  ]);
  peer.postMessage(800_000);
  await sleep(20);
  expect(told).toEqual([]);
  peer.postMessage(200_000);
  await expect.poll(() => told).toEqual(["drained"]);
  // More than there was: it hurts the peer alone.
  peer.postMessage(Number.MAX_VALUE);
  expect(connection.send(message)).toBe(true);
});

test("a peer that does not answer the end is not waited for longer than two seconds", async () => {
  const { connection, told } = await played();
  await connection.close();
  expect(told).toEqual([]);
  await expect.poll(() => told).toEqual(["unavailable"]);
});
