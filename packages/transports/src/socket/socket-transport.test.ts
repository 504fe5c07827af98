import { connect, createServer, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { RpcError } from "@crosspane/core";
import { describe, expect, test, vi } from "vitest";
import { Collector, text } from "../test-support/collector.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { closeAfterEach, dial, listen } from "../test-support/links.js";
import { type SocketOptions, socket } from "./socket-transport.js";

vi.mock(import("node:net"), async (original) => {
  const net = await original();
  return { ...net, connect: vi.fn(net.connect) as never, createServer: vi.fn(net.createServer) as never };
});

failOnLeaks();
closeAfterEach();

function refusal(options: SocketOptions): RpcError {
  try {
    socket(options);
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("it was accepted");
}

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

describe("socket", () => {
  test("listens on 127.0.0.1 by default, and reports the port that it got", async () => {
    const { listener } = await listen(socket({ port: 0 }));
    expect(listener.endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  });

  test("takes localhost as 127.0.0.1 on both sides", async () => {
    const { listener, accepted } = await listen(socket({ host: "localhost", port: 0 }));
    expect(listener.endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:/);
    const port = Number(new URL(listener.endpoint).port);
    await Promise.all([dial(socket({ host: "LocalHost", port })), accepted()]);
  });

  test.runIf(hasIpv6)("speaks IPv6", async () => {
    const { listener, accepted } = await listen(socket({ host: "::1", port: 0 }));
    expect(listener.endpoint).toMatch(/^tcp:\/\/\[::1\]:[1-9]\d*$/);
    const client = socket({ host: "::1", port: Number(new URL(listener.endpoint).port) });
    const [connection, server] = await Promise.all([dial(client), accepted()]);
    const received = Collector.on(server);
    connection.send(text("six"));
    await received.hasMessages(1);
    expect(server.peer.address).toMatch(/^\[::1\]:\d+$/);
  });

  test.each(["0.0.0.0", "::", "192.0.2.1", "example.com", "::ffff:192.0.2.1", ""])(
    "refuses the remote host %j and names the option that allows it",
    (host) => {
      const error = refusal({ host, port: 7000 });
      expect(error.code).toBe("invalidArgument");
      expect(error.message).toContain("allowRemote: true");
    },
  );

  test.each(["127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "localhost"])(
    "accepts the loopback host %s",
    (host) => {
      expect(socket({ host, port: 7000 }).capabilities.name).toBe("tcp");
    },
  );

  test("accepts a remote host with allowRemote", async () => {
    const { listener } = await listen(socket({ host: "0.0.0.0", port: 0, allowRemote: true }));
    expect(listener.endpoint).toMatch(/^tcp:\/\/0\.0\.0\.0:/);
  });

  test.each([-1, 65536, 1.5, Number.NaN])("refuses port %d", (port) => {
    expect(refusal({ port }).code).toBe("invalidArgument");
  });

  test("does not dial port 0", async () => {
    await expect(dial(socket({ port: 0 }))).rejects.toMatchObject({ code: "invalidArgument" });
  });

  test("an address of another machine cannot be listened on", async () => {
    const elsewhere = socket({ host: "192.0.2.1", port: 0, allowRemote: true });
    await expect(listen(elsewhere)).rejects.toMatchObject({ code: "invalidArgument" });
  });

  test("a connection that is reset ends as unavailable", async () => {
    const { listener, accepted } = await listen(socket({ port: 0 }));
    const raw = new Socket().connect(Number(new URL(listener.endpoint).port), "127.0.0.1");
    const received = Collector.on(await accepted());
    raw.resetAndDestroy();
    await received.isClosed();
    expect(received.error?.code).toBe("unavailable");
    expect(received.error?.message).toContain("ECONNRESET");
  });

  test("sends small messages without delay on both sides", async () => {
    const { listener, accepted } = await listen(socket({ port: 0 }));
    const port = Number(new URL(listener.endpoint).port);
    await Promise.all([dial(socket({ port })), accepted()]);
    const noDelay = expect.objectContaining({ noDelay: true });
    expect(createServer).toHaveBeenLastCalledWith(noDelay, expect.any(Function));
    expect(connect).toHaveBeenLastCalledWith(noDelay);
  });
});
