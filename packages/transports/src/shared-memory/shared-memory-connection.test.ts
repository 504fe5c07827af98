import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import type { TransportConnection } from "@crosspane/core/transport";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { flushStallMs } from "../buffered-connection/limits.js";
import { Collector, text } from "../test-support/collector.js";
import { closeAfterEach, dial, freshName, type Link, listen, own } from "../test-support/links.js";
import { localLinks } from "../test-support/local-links.js";
import { loopTurnsWithin } from "../test-support/loop-turns.js";
import { linkBytes, ringPlaces } from "./layout.js";
import { groupBytes } from "./limits.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { sharedMemory } from "./shared-memory-transport.js";

interface Kind {
  readonly name: string;
  open(): Promise<Link>;
}

const local = (capacity: number): Kind => ({
  name: `inside one thread, rings of ${capacity} bytes`,
  async open() {
    const { client, server } = localLinks(capacity);
    return {
      client: own(new SharedMemoryConnection(client)),
      server: own(new SharedMemoryConnection(server)),
    };
  },
});

const real = (ringBytes: number): Kind => ({
  name: `through Windows, rings of ${ringBytes} bytes`,
  async open() {
    const transport = sharedMemory(freshName(), { ringBytes });
    const { listener, accepted } = await listen(transport);
    const [client, server] = await Promise.all([dial(transport), accepted()]);
    await listener.close();
    return { client, server };
  },
});

const kinds: readonly Kind[] = [
  local(4096),
  local(256 * 1024),
  ...(process.platform === "win32" ? [real(4096), real(256 * 1024)] : []),
];

function numbered(index: number): Uint8Array {
  return text(String(index));
}

function isPolled(connection: TransportConnection): boolean {
  return connection instanceof SharedMemoryConnection && connection.polling.isHot;
}

closeAfterEach();

describe.each(kinds)("$name", ({ open }) => {
  test("carries messages both ways, in order", async () => {
    const { client, server } = await open();
    const [atClient, atServer] = [Collector.on(client), Collector.on(server)];
    for (let i = 0; i < 1000; i++) {
      client.send(numbered(i));
      server.send(numbered(-i));
    }
    await Promise.all([atClient.hasMessages(1000), atServer.hasMessages(1000)]);
    expect(atServer.texts).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
    expect(atClient.texts).toEqual(Array.from({ length: 1000 }, (_, i) => String(-i)));
  });

  test("lets the caller reuse the bytes as soon as send returns", async () => {
    const { client, server } = await open();
    const received = Collector.on(server);
    for (const length of [3, 300, 10_000, 400_000]) {
      const message = new Uint8Array(length).fill(length & 0xff);
      client.send(message);
      message.fill(0);
    }
    await received.hasMessages(4);
    for (const message of received.messages) {
      expect(message.every((byte) => byte === (message.length & 0xff))).toBe(true);
    }
  });

  test("never delivers inside start, send or resume", async () => {
    const { client, server } = await open();
    client.send(text("a"));
    await sleep(20);
    const received = new Collector();
    received.onMessage = (bytes) => {
      received.messages.push(bytes.slice());
      server.pause();
    };
    server.start(received);
    expect(received.events).toEqual([]);
    await received.hasMessages(1);
    client.send(text("b"));
    await sleep(20);
    server.resume();
    server.send(text("x"));
    expect(received.texts).toEqual(["a"]);
    await received.hasMessages(2);
  });

  test("carries 50 MB in one message", async () => {
    const { client, server } = await open();
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

  test("blocks the sender while the receiver is paused, and loses nothing", async () => {
    const { client, server } = await open();
    const received = new Collector();
    const numbers: number[] = [];
    received.onMessage = (bytes) => {
      numbers.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
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
    await sleep(100);
    for (let i = 0; i < 5 && sender.drains > 0; i++) {
      sender.drains = 0;
      sendUntilHeldBack();
      await sleep(20);
    }
    expect(numbers).toEqual([0]);
    expect(sent * message.length).toBeLessThan(1024 * 1024);
    server.resume();
    while (sent < 500) {
      await sender.until(() => sender.drains > 0);
      sender.drains = 0;
      sendUntilHeldBack();
    }
    await received.until(() => numbers.length === sent);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, index) => index));
  });

  test("keeps messages that arrive before start, and the end after them", async () => {
    const { client, server } = await open();
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

  test("pauses between two messages of one batch and continues after resume", async () => {
    const { client, server } = await open();
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
    }
    expect(received.texts).toEqual(["a", "b", "c"]);
  });

  test("delivers the remaining messages if the peer ended during a pause", async () => {
    const { client, server } = await open();
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

  test("close sends everything that was queued, then ends without an error on both sides", async () => {
    const { client, server } = await open();
    const [sender, received] = [Collector.on(client), Collector.on(server)];
    for (let index = 0; index < 1000; index++) client.send(numbered(index));
    client.send(new Uint8Array(3_000_000));
    await client.close();
    expect(sender.events.at(-1)).toBe("closed");
    // A close that runs into the timeout of a peer that does not read ends with an error.
    expect(sender.error).toBeUndefined();
    await received.isClosed();
    expect(received.messages.length).toBe(1001);
    expect(received.error).toBeUndefined();
  });

  test("close may be called repeatedly, by both sides at once, and nothing is sent after it", async () => {
    const { client, server } = await open();
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

  test("close to a peer that does not read times out with an error", async () => {
    const { client, server } = await open();
    const sender = Collector.on(client);
    client.send(new Uint8Array(1_000_000));
    const started = performance.now();
    await client.close();
    expect(performance.now() - started).toBeGreaterThan(4_000);
    expect(sender.error?.code).toBe("unavailable");
    const received = Collector.on(server);
    await received.isClosed();
    expect(received.error?.code).toBe("unavailable");
  });

  test("close inside message ends the delivery at once", async () => {
    const { client, server } = await open();
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

  test("abort inside message ends it with the given error, and the peer sees that it was broken off", async () => {
    const { client, server } = await open();
    const reason = new RpcError("internal", "cannot go on");
    const received = new Collector();
    received.onMessage = () => {
      server.send(text("never sent"));
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
    expect(sender.error?.code).toBe("unavailable");
    await server.close();
    await client.close();
  });

  test("a receiver that throws ends its connection and nothing else", async () => {
    const { client, server } = await open();
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
    const first = await open();
    await Promise.all([first.client.close(), first.server.close()]);
    const second = await open();
    const reason = new RpcError("cancelled", "not wanted");
    second.client.abort(reason);
    const late = Collector.on(second.client);
    expect(late.events).toEqual([]);
    await late.isClosed();
    expect(late.error).toBe(reason);
    await second.server.close();
  });

  test("reports drained after start if the queue emptied before it", async () => {
    const { client, server } = await open();
    const received = Collector.on(server);
    expect(client.send(new Uint8Array(2_000_000))).toBe(false);
    await received.hasMessages(1);
    await sleep(20);
    const sender = Collector.on(client);
    await sender.until(() => sender.drains === 1);
  });

  test("timers and immediates get their turn during an endless ping-pong", async () => {
    const { client, server } = await open();
    const echo = (connection: TransportConnection) => {
      const collector = new Collector();
      collector.onMessage = (bytes) => void connection.send(bytes);
      connection.start(collector);
    };
    echo(server);
    let answers = 0;
    const player = new Collector();
    player.onMessage = (bytes) => {
      answers++;
      client.send(bytes);
    };
    client.start(player);
    client.send(text("ping"));
    await sleep(50);
    const before = process.cpuUsage();
    let turns = 0;
    while (turns < 100 || answers < 1000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    const { user, system } = process.cpuUsage(before);
    // Polling stops after a millisecond. The rest of this processor time is the tests' own.
    expect((user + system) / 1000 / turns).toBeLessThan(10);
  });

  test("an idle connection does nothing at all", async () => {
    const { client, server } = await open();
    const polls = vi.spyOn(SharedMemoryConnection.prototype, "poll");
    onTestFinished(() => polls.mockRestore());
    Collector.on(client);
    const received = Collector.on(server);
    client.send(text("hello"));
    await received.hasMessages(1);
    await expect.poll(() => [client, server].some(isPolled)).toBe(false);
    expect(polls).toHaveBeenCalled();
    polls.mockClear();
    expect(await loopTurnsWithin(300)).toBeLessThan(50);
    expect(polls).not.toHaveBeenCalled();
  });

  test("is told of by its own wake after a long sleep", async () => {
    const { client, server } = await open();
    Collector.on(client);
    const received = Collector.on(server);
    for (let i = 1; i <= 5; i++) {
      await sleep(30);
      client.send(numbered(i));
      await received.hasMessages(i);
    }
  });
});

describe("inside one thread", () => {
  test("the exit of a peer is detected, after everything that it had sent was delivered", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const server = new SharedMemoryConnection(links.server);
    const received = Collector.on(client);
    for (let i = 0; i < 20; i++) server.send(numbered(i));
    links.client.killPeer();
    await received.isClosed();
    expect(received.messages.length).toBe(20);
    expect(received.error?.code).toBe("unavailable");
    expect(received.error?.message).toContain("process ended");
    expect(links.client.isReleased).toBe(true);
  });

  test("a peer that exits in the middle of a message", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const received = Collector.on(client);
    const { data, tail } = ringPlaces(4096).toClient;
    links.server.memory.store(data, 100_000);
    links.server.memory.store(tail, 4096);
    links.client.killPeer();
    await received.isClosed();
    expect(received.messages.length).toBe(0);
    expect(received.error?.message).toContain("middle of a message");
  });

  test("a violation of the protocol ends the connection as internal", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const received = Collector.on(client);
    links.client.memory.store(ringPlaces(4096).toClient.tail, 4096 + 8);
    links.client.woken();
    await received.isClosed();
    expect(received.error?.code).toBe("internal");
    expect(links.client.memory.byteLength).toBe(linkBytes(4096));
  });

  test("abort inside drained ends the delivery too, also of messages that were read before a pause", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const server = own(new SharedMemoryConnection(links.server));
    const received = new Collector();
    received.onMessage = () => server.pause();
    received.drained = () => {
      received.events.push("drained");
      server.abort(new RpcError("cancelled", "enough"));
    };
    server.start(received);
    for (const value of ["a", "b", "c"]) client.send(text(value));
    await received.hasMessages(1);
    expect(server.send(new Uint8Array(6000))).toBe(false);
    await sleep(50);
    // The client reads first, so the queue of the server empties in the turn in which it delivers
    // again.
    Collector.on(client);
    server.resume();
    await received.isClosed();
    expect(received.events).toEqual(["message", "drained", "closed"]);
  });

  test("receiveSync does not throw when the peer breaks the protocol just before the wait", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const received = Collector.on(client);
    client.send(new Uint8Array(6000));
    links.client.isPeerGone = () => {
      links.client.memory.store(ringPlaces(4096).toServer.head, 12_345);
      return false;
    };
    links.client.wait = () => {
      if (links.client.isReleased) throw new Error("the event was used after it was closed");
    };
    expect(client.receiveSync?.(60_000)).toBe(true);
    expect(received.events).toEqual(["closed"]);
    expect(received.error?.code).toBe("internal");
  });

  test("receiveSync ends a connection that cannot be woken any more", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const received = Collector.on(client);
    links.client.wait = () => {
      throw new RpcError("resourceExhausted", "the event cannot be watched again");
    };
    expect(client.receiveSync?.(60_000)).toBe(true);
    expect(received.events).toEqual(["closed"]);
    expect(received.error?.code).toBe("resourceExhausted");
  });

  test("close continues with a peer that has read while this thread was busy", async () => {
    const links = localLinks(4096);
    const client = own(new SharedMemoryConnection(links.client));
    const server = own(new SharedMemoryConnection(links.server));
    const [sender, received] = [Collector.on(client), Collector.on(server)];
    server.pause();
    client.send(new Uint8Array(6000));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const closing = client.close();
    await sleep(20);
    server.resume();
    // The timer fires before the peer's wake is handled, as it does after a turn that took too
    // long.
    server.receiveSync?.(1);
    vi.advanceTimersByTime(flushStallMs);
    await closing;
    expect(sender.error).toBeUndefined();
    expect(received.messages.length).toBe(1);
  });

  test("a burst of one tick wakes a sleeping peer twice at most", async () => {
    const links = localLinks(256 * 1024);
    const client = own(new SharedMemoryConnection(links.client));
    const server = own(new SharedMemoryConnection(links.server));
    Collector.on(client);
    const received = Collector.on(server);
    await sleep(50);
    links.client.wakes = 0;
    for (let i = 0; i < 500; i++) client.send(numbered(i));
    await received.hasMessages(500);
    expect(links.client.wakes).toBeLessThanOrEqual(2);
  });

  test("the peer can begin with the first messages while more are sent", () => {
    const { client: link } = localLinks(256 * 1024);
    const client = own(new SharedMemoryConnection(link));
    const { tail } = ringPlaces(256 * 1024).toServer;
    const message = new Uint8Array(64);
    const published = Array.from({ length: 100 }, () => {
      client.send(message);
      return link.memory.load(tail);
    });
    const frame = published[0] as number;
    const behind = published.map((bytes, index) => (index + 1) * frame - bytes);
    expect(frame).toBeGreaterThanOrEqual(64);
    expect(Math.max(...behind)).toBeLessThan(groupBytes);
    expect(new Set(published).size).toBeLessThan(50);
  });

  test("receiveSync sends queued messages, delivers received ones, and times out", async () => {
    const links = localLinks(4096);
    const client = new SharedMemoryConnection(links.client);
    const server = new SharedMemoryConnection(links.server);
    own(client);
    own(server);
    const [atClient, atServer] = [Collector.on(client), Collector.on(server)];
    client.send(text("ping"));
    expect(server.receiveSync(60_000)).toBe(true);
    expect(atServer.texts).toEqual(["ping"]);
    server.send(text("pong"));
    expect(client.receiveSync(60_000)).toBe(true);
    expect(atClient.texts).toEqual(["pong"]);
    const started = performance.now();
    expect(client.receiveSync(30)).toBe(false);
    expect(performance.now() - started).toBeGreaterThanOrEqual(30);
    void server.close();
    expect(server.receiveSync(1)).toBe(false);
    expect(client.receiveSync(60_000)).toBe(true);
    expect(atClient.events.at(-1)).toBe("closed");
    expect(client.receiveSync(100)).toBe(false);
  });
});

describe("a message that stops halfway in the ring", () => {
  /**
   * A connection whose peer is the test itself, which publishes part of a message of 100,000 bytes.
   */
  function half(before: readonly Uint8Array[] = []) {
    const { client, server } = localLinks(4096);
    const writer = new SharedMemoryConnection(client);
    for (const message of before) writer.send(message);
    const connection = own(new SharedMemoryConnection(server));
    connection.messageStallMs = 40;
    // The ring takes what fits; the test stops the writer there.
    writer.send(new Uint8Array(100_000));
    return { writer, connection };
  }

  test.each([
    ["alone", []],
    ["after others", [text("a"), text("b")]],
  ])("%s ends the connection by name", async (_where, before) => {
    const { writer, connection } = half(before);
    const received = Collector.on(connection);
    vi.spyOn(writer, "poll").mockReturnValue(false);
    await received.isClosed();
    expect(received.texts).toEqual(before.map((message) => Buffer.from(message).toString()));
    expect(received.error).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/middle of a message.*40 ms.*messageStallMs/),
    });
    vi.restoreAllMocks();
    await writer.close();
  });
});
