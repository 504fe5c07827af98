import { RpcError } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { Collector, text } from "../test-support/collector.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { closeAfterEach, dial, kinds, listen, usePrivateRuntimeFolder } from "../test-support/links.js";

usePrivateRuntimeFolder();
failOnLeaks();
closeAfterEach();

describe.each(kinds)("a listener of $name", (kind) => {
  test("cannot take the name of a running server, which is not disturbed", async () => {
    const first = await listen(kind.fresh());
    const second = kind.dialer(first.listener.endpoint);
    await expect(listen(second)).rejects.toMatchObject({
      code: "alreadyExists",
      message: expect.stringContaining(`listen on ${first.listener.endpoint}`),
    });
    const client = await dial(second);
    client.send(text("still here"));
    const received = new Collector();
    while (received.messages.length === 0) {
      // The check whether the name is taken may have connected as a client that left at once.
      const connection = await first.accepted();
      connection.start(received);
      await received.until(() => received.events.length > 0);
      if (received.messages.length === 0) expect(received.events.splice(0)).toEqual(["closed"]);
    }
    expect(received.texts).toEqual(["still here"]);
  });

  test("a missing server is unavailable", async () => {
    const { listener } = await listen(kind.fresh());
    await listener.close();
    await expect(dial(kind.dialer(listener.endpoint))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(`dial ${listener.endpoint}: `),
    });
  });

  test("close stops accepting, leaves connections alone and frees the name", async () => {
    const first = await listen(kind.fresh());
    const transport = kind.dialer(first.listener.endpoint);
    const [client, server] = await Promise.all([dial(transport), first.accepted()]);
    await Promise.all([first.listener.close(), first.listener.close()]);
    const received = Collector.on(server);
    client.send(text("still connected"));
    await received.hasMessages(1);

    // A Windows pipe exists, with its name, until its last instance is closed, and a connection is
    // an instance.
    if (kind.name === "pipe" && process.platform === "win32") {
      await expect(listen(transport)).rejects.toMatchObject({ code: "alreadyExists" });
      await Promise.all([client.close(), server.close()]);
    }
    const second = await listen(transport);
    expect(second.listener.endpoint).toBe(first.listener.endpoint);
    const [, other] = await Promise.all([dial(transport), second.accepted()]);
    expect(other).not.toBe(server);
  });

  test("200 sequential connections leak nothing", async () => {
    const { listener, accepted } = await listen(kind.fresh());
    const transport = kind.dialer(listener.endpoint);
    for (let round = 0; round < 200; round++) {
      const [client, server] = await Promise.all([transport.dial(new AbortController().signal), accepted()]);
      const received = Collector.on(server);
      client.send(text("hello"));
      await received.hasMessages(1);
      // Closing a Windows pipe in order takes 50 ms.
      if (round % 4 === 0) await client.close();
      else client.abort(new RpcError("cancelled", "enough"));
      await received.isClosed();
    }
  });

  test("64 clients at once", async () => {
    const { listener, accepted } = await listen(kind.fresh());
    const transport = kind.dialer(listener.endpoint);
    const clients = await Promise.all(Array.from({ length: 64 }, () => dial(transport)));
    const servers = await Promise.all(clients.map(() => accepted()));
    for (const [index, client] of clients.entries()) client.send(text(`${index}`));
    const received = servers.map((server) => Collector.on(server));
    await Promise.all(received.map((each) => each.hasMessages(1)));
    expect(received.flatMap((each) => each.texts).sort()).toEqual(
      clients.map((_, index) => `${index}`).sort(),
    );
  });
});
