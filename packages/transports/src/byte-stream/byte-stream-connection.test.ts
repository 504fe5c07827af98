import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import { sendHighWaterBytes, type TransportConnection } from "@crosspane/core/transport";
import { afterEach, describe, expect, test, vi } from "vitest";
import { flushStallMs } from "../buffered-connection/limits.js";
import { socket } from "../socket/index.js";
import { Collector, text } from "../test-support/collector.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { closeAfterEach, kinds, open, usePrivateRuntimeFolder } from "../test-support/links.js";
import { ByteStreamConnection } from "./byte-stream-connection.js";

usePrivateRuntimeFolder();
failOnLeaks();
closeAfterEach();
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function echo(connection: TransportConnection): Collector {
  const collector = new Collector();
  collector.onMessage = (bytes) => void connection.send(bytes);
  connection.start(collector);
  return collector;
}

function numbered(index: number): Uint8Array {
  const message = new Uint8Array(64);
  new DataView(message.buffer).setUint32(0, index);
  return message;
}

function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0);
}

describe.each(kinds)("a $name connection", (kind) => {
  test("carries messages both ways, in order, and identifies the peer", async () => {
    const { client, server } = await open(kind);
    echo(server);
    const received = Collector.on(client);
    for (const value of ["one", "two", "three"]) client.send(text(value));
    await received.hasMessages(3);
    expect(received.texts).toEqual(["one", "two", "three"]);
    expect(client.capabilities.name).toBe(kind.name);
    for (const each of [client, server]) {
      expect(each.peer.transport).toBe(kind.name);
      expect(each.peer.address).not.toBe("");
    }
  });

  test("lets the caller reuse the bytes as soon as send returns", async () => {
    const { client, server } = await open(kind);
    const received = Collector.on(server);
    const scratch = new Uint8Array(200_000);
    for (let value = 1; value <= 4; value++) {
      client.send(scratch.fill(value));
      client.send(scratch.subarray(0, 10));
      scratch.fill(0);
    }
    await received.hasMessages(8);
    expect(received.messages.map((message) => [message.length, message[0], message.at(-1)])).toEqual(
      [1, 2, 3, 4].flatMap((value) => [
        [200_000, value, value],
        [10, value, value],
      ]),
    );
  });

  test("sends 10,000 small messages of one tick in a few writes", async () => {
    const { client, server } = await open(kind);
    const writes = vi.spyOn(Socket.prototype, "write");
    const received = Collector.on(server);
    for (let index = 0; index < 10_000; index++) client.send(numbered(index));
    await received.hasMessages(10_000);
    expect(received.messages.map(numberOf)).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
    // 680,000 bytes in cork buffers of 64 KiB.
    expect(writes.mock.calls.length).toBeLessThanOrEqual(11);
  });

  test("answers that need different numbers of awaits leave in one write", async () => {
    const { client, server } = await open(kind);
    const received = Collector.on(client);
    const calls = new Collector();
    calls.onMessage = async (bytes) => {
      const copy = bytes.slice();
      for (let hop = numberOf(copy) % 5; hop > 0; hop--) await undefined;
      server.send(copy);
    };
    server.start(calls);
    const writes = vi.spyOn(Socket.prototype, "write");
    for (let index = 0; index < 64; index++) client.send(numbered(index));
    await received.hasMessages(64);
    expect(writes.mock.calls.length).toBe(2);
  });

  test("carries 50 MB in one message", async () => {
    const { client, server } = await open(kind);
    server.maxReceiveBytes = 50_000_000;
    const received = Collector.on(server);
    const sender = Collector.on(client);
    const large = Buffer.alloc(50_000_000);
    for (let at = 0; at < large.length; at += 1000) large.writeUInt32LE(at, at);
    expect(client.send(large)).toBe(false);
    client.send(text("after"));
    await received.hasMessages(2);
    expect(large.equals(received.messages[0] as Uint8Array)).toBe(true);
    expect(Buffer.from(received.messages[1] as Uint8Array).toString()).toBe("after");
    await sender.until(() => sender.drains === 1);
  });

  test("holds the sender back while the receiver is paused, and loses nothing", async () => {
    const { client, server } = await open(kind);
    const received = new Collector();
    const numbers: number[] = [];
    received.onMessage = (bytes) => {
      numbers.push(numberOf(bytes));
      if (numbers.length === 1) server.pause();
    };
    server.start(received);
    const sender = Collector.on(client);
    const message = new Uint8Array(16 * 1024);
    let sent = 0;
    const sendUntilHeldBack = () => {
      for (let more = true; more && sent < 4000; sent++) {
        new DataView(message.buffer).setUint32(0, sent);
        more = client.send(message);
      }
    };
    sendUntilHeldBack();
    for (let quietRounds = 0; quietRounds < 20; quietRounds++) {
      await sleep(5);
      if (sender.drains > 0) {
        sender.drains = 0;
        sendUntilHeldBack();
        quietRounds = 0;
      }
    }
    // The sender is held back by now. The bytes that were taken fill the buffers of both processes
    // and of the system.
    const whilePaused = sent;
    expect(numbers).toEqual([0]);
    expect(whilePaused * message.length).toBeLessThan(2 * sendHighWaterBytes + 8 * 1024 * 1024);
    await sleep(30);
    expect(sender.drains).toBe(0);

    server.resume();
    while (sent < 1000) {
      await sender.until(() => sender.drains > 0);
      sender.drains = 0;
      sendUntilHeldBack();
    }
    await received.until(() => numbers.length === sent);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, index) => index));
  });

  test("keeps messages that come before start, and the end after them", async () => {
    const { client, server } = await open(kind);
    const sender = Collector.on(client);
    client.send(text("early"));
    client.send(text("bird"));
    const closing = client.close();
    await sleep(20);
    const received = Collector.on(server);
    expect(received.events).toEqual([]);
    await received.isClosed();
    expect(received.texts).toEqual(["early", "bird"]);
    expect(received.events).toEqual(["message", "message", "closed"]);
    expect(received.error).toBeUndefined();
    await closing;
    expect(sender.events).toEqual(["closed"]);
    expect(sender.error).toBeUndefined();
  });

  test("pauses between two messages of one chunk and continues after resume, never inside it", async () => {
    const { client, server } = await open(kind);
    const received = new Collector();
    received.onMessage = (bytes) => {
      received.messages.push(bytes.slice());
      server.pause();
    };
    server.start(received);
    for (const value of ["a", "b", "c"]) client.send(text(value));
    for (let count = 1; count <= 3; count++) {
      await received.hasMessages(count);
      await sleep(5);
      expect(received.messages.length).toBe(count);
      server.resume();
      expect(received.messages.length).toBe(count);
    }
    expect(received.texts).toEqual(["a", "b", "c"]);
  });

  test("delivers what is left after the peer has ended during a pause", async () => {
    const { client, server } = await open(kind);
    const received = new Collector();
    received.onMessage = (bytes) => {
      received.messages.push(bytes.slice());
      if (received.messages.length === 1) server.pause();
    };
    server.start(received);
    Collector.on(client);
    for (const value of ["a", "b", "c"]) client.send(text(value));
    void client.close();
    await received.hasMessages(1);
    await sleep(100);
    expect(received.events).toEqual(["message"]);
    server.resume();
    await received.isClosed();
    expect(received.texts).toEqual(["a", "b", "c"]);
    expect(received.error).toBeUndefined();
  });

  test("close sends all that was queued, then ends without an error on both sides", async () => {
    const { client, server } = await open(kind);
    const [sender, received] = [Collector.on(client), Collector.on(server)];
    for (let index = 0; index < 1000; index++) client.send(numbered(index));
    client.send(new Uint8Array(3_000_000));
    await client.close();
    expect(sender.events.at(-1)).toBe("closed");
    // A close that has to wait for a peer that does not read ends with an error.
    expect(sender.error).toBeUndefined();
    await received.isClosed();
    expect(received.messages.length).toBe(1001);
    expect(received.error).toBeUndefined();
  });

  test("close may be called again, by both sides at once, and nothing is sent after it", async () => {
    const { client, server } = await open(kind);
    const [atClient, atServer] = [Collector.on(client), Collector.on(server)];
    await Promise.all([client.close(), client.close(), server.close()]);
    await client.close();
    expect(client.send(text("late"))).toBe(true);
    client.abort(new RpcError("internal", "late"));
    client.pause();
    client.resume();
    await sleep(5);
    expect([...atClient.events, ...atServer.events]).toEqual(["closed", "closed"]);
    expect([atClient.error, atServer.error]).toEqual([undefined, undefined]);
  });

  test("close inside message ends the delivery at once", async () => {
    const { client, server } = await open(kind);
    const received = new Collector();
    received.onMessage = () => {
      server.send(text("last words"));
      void server.close();
      expect(received.events).toEqual(["message"]);
    };
    server.start(received);
    const sender = Collector.on(client);
    for (let index = 0; index < 50; index++) client.send(numbered(index));
    await Promise.all([received.isClosed(), sender.isClosed()]);
    expect(received.events).toEqual(["message", "closed"]);
    expect(sender.texts).toEqual(["last words"]);
  });

  test("abort inside message ends it with its error, which is reported after message has returned", async () => {
    const { client, server } = await open(kind);
    const reason = new RpcError("internal", "cannot go on");
    const received = new Collector();
    received.onMessage = () => {
      server.abort(reason);
      server.abort(new RpcError("unknown", "a second reason"));
      expect(received.events).toEqual(["message"]);
    };
    server.start(received);
    const sender = Collector.on(client);
    for (let index = 0; index < 50; index++) client.send(numbered(index));
    await Promise.all([received.isClosed(), sender.isClosed()]);
    expect(received.events).toEqual(["message", "closed"]);
    expect(received.error).toBe(reason);
    await server.close();
    await client.close();
  });

  test("a receiver that throws ends its connection and nothing else", async () => {
    const { client, server } = await open(kind);
    const received = new Collector();
    received.onMessage = () => {
      throw new TypeError("a bug");
    };
    server.start(received);
    const sender = Collector.on(client);
    client.send(text("x"));
    await Promise.all([received.isClosed(), sender.isClosed()]);
    expect(received.error?.code).toBe("internal");
    expect(received.error?.cause).toBeInstanceOf(TypeError);
  });

  test("a connection that was never started can be closed and aborted", async () => {
    const first = await open(kind);
    await Promise.all([first.client.close(), first.server.close()]);
    const second = await open(kind);
    const reason = new RpcError("cancelled", "not wanted");
    second.client.abort(reason);
    const late = Collector.on(second.client);
    expect(late.events).toEqual([]);
    await late.isClosed();
    expect(late.error).toBe(reason);
    await second.server.close();
  });

  test("reports drained after start if the queue emptied before it", async () => {
    const { client, server } = await open(kind);
    const received = Collector.on(server);
    expect(client.send(new Uint8Array(2 * sendHighWaterBytes))).toBe(false);
    await received.hasMessages(1);
    await sleep(20);
    const sender = Collector.on(client);
    await sender.until(() => sender.drains === 1);
  });
});

test("close continues if bytes were taken while this thread was busy", async () => {
  const written: Buffer[] = [];
  let take = () => {};
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      if (written.length === 1) take = done;
      else setImmediate(done);
    },
    final(done) {
      this.push(null);
      done();
    },
  });
  const peer = { transport: "test", address: "test" };
  const { capabilities } = socket({ port: 0 });
  const connection = new ByteStreamConnection(stream, { capabilities, peer, endpoint: "test:" });
  const sender = Collector.on(connection);
  connection.send(new Uint8Array(500_000));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const closing = connection.close();
  // The system reports the bytes as taken in the turn of the timer, but after it.
  setImmediate(take);
  vi.advanceTimersByTime(flushStallMs);
  await closing;
  expect(sender.error).toBeUndefined();
  expect(Buffer.concat(written).length).toBeGreaterThan(500_000);
});

describe("a message that stops half-way", () => {
  /** Makes a connection over a stream that the test feeds by hand. */
  function fed() {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const connection = new ByteStreamConnection(stream, {
      capabilities: socket({ port: 0 }).capabilities,
      peer: { transport: "tcp", address: "there" },
      endpoint: "tcp://there",
    });
    connection.messageStallMs = 40;
    return { stream, connection, received: Collector.on(connection) };
  }
  const header = Buffer.of(100, 0, 0, 0);

  test.each([
    ["in its header", header.subarray(0, 2)],
    ["after its header", header],
    ["in its bytes", Buffer.concat([header, Buffer.alloc(99)])],
  ])("%s ends the connection by name", async (_where, bytes) => {
    const { stream, received } = fed();
    stream.push(Buffer.concat([header, Buffer.alloc(100), bytes]));
    await received.isClosed();
    expect(received.messages).toHaveLength(1);
    expect(received.error).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/tcp:\/\/there.*middle of a message.*40 ms.*messageStallMs/),
    });
  });

  test("has begun: silence between two messages may last for any time", async () => {
    const { stream, connection, received } = fed();
    stream.push(header);
    await sleep(5);
    stream.push(Buffer.alloc(100));
    await received.hasMessages(1);
    await sleep(120);
    expect(received.events).toEqual(["message"]);
    await close(connection, stream);
  });

  test("does not end the connection while this side is paused", async () => {
    const { stream, connection, received } = fed();
    stream.push(header);
    await sleep(5);
    connection.pause();
    await sleep(120);
    connection.resume();
    stream.push(Buffer.alloc(100));
    await received.hasMessages(1);
    expect(received.error).toBeUndefined();
    await close(connection, stream);
  });

  async function close(connection: TransportConnection, stream: Duplex): Promise<void> {
    stream.push(null);
    await connection.close();
  }
});
