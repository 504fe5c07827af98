import type { Connection } from "../../../call/connection.js";
import { connect } from "../../../connect/connect.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase, OwnServer } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

/** Opens a connection to a server of the case's own and returns both ends of it. */
async function bothEnds(own: OwnServer): Promise<readonly [Connection, Connection]> {
  const here = await own.connect();
  await here.client(Conformance).nothing();
  return [here, [...own.server.connections].at(-1) as Connection];
}

export const closingCases: readonly ConformanceCase[] = cases("lifecycle", {
  "both ends may close at once": async (kit) => {
    const own = await kit.serve();
    const [here, there] = await bothEnds(own);
    await kit.soon(Promise.all([here.close(), there.close()]), "both ends");
    kit.equal([(await here.closed).error, (await there.closed).error], [undefined, undefined]);
  },
  "close in the middle of 100 calls loses none": async (kit) => {
    const connection = await kit.connect();
    const service = connection.client(Conformance);
    const sums = Array.from({ length: 100 }, (_, i) => service.add(i, 1));
    await connection.close();
    kit.equal(
      await Promise.all(sums),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  },
  "close sends the one-way calls that were made before it": async (kit) => {
    const [connection, other] = [await kit.connect(), await kit.client()];
    const key = kit.key();
    for (let i = 0; i < 100; i++) connection.client(Conformance).note(key, "line");
    await connection.close();
    await kit.until(async () => (await other.notes(key)).length === 100, "the notes");
  },
  "close waits for the peer's calls as well": async (kit) => {
    const started = Promise.withResolvers<void>();
    const upper = async (text: string) => {
      started.resolve();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return text.toUpperCase();
    };
    const connection = await kit.connect({ services: [callerOf({ upper })] });
    const asked = connection.client(Conformance).askBack("slowly");
    await kit.soon(started.promise, "the server's call");
    await connection.close();
    kit.equal(await asked, "SLOWLY");
  },
  "while a connection closes no new call is made": async (kit) => {
    const [connection, other] = [await kit.connect(), await kit.client()];
    const service = connection.client(Conformance);
    const key = kit.key();
    const held = service.hold(key);
    await kit.until(async () => (await other.held(key)).started, "the start of the handler");
    const closing = connection.close();
    await kit.fails(service.add(1, 1), "unavailable", "closing");
    await other.release(key);
    await kit.soon(held, "the call under way");
    await closing;
  },
  "while the server closes its clients make no new calls": async (kit) => {
    const own = await kit.serve();
    const [service, other] = [await own.client(), await own.client()];
    const key = kit.key();
    const failed = kit.fails(service.hold(key), "unavailable", "before it had answered");
    await kit.until(async () => (await other.held(key)).started, "the start of the handler");
    const closing = own.server.close({ drainMs: 300 });
    await kit.until(
      () =>
        service.add(1, 1).then(
          () => false,
          (error) => error.code === "unavailable",
        ),
      "a refusal",
    );
    await kit.fails(connect(own.transport, { timeoutMs: 50 }), "unavailable");
    await failed;
    await closing;
  },
  "closing without any patience settles everything": async (kit) => {
    const [connection, other] = [await kit.connect(), await kit.client()];
    const key = kit.key();
    const failed = kit.fails(connection.client(Conformance).hold(key), "cancelled");
    await kit.until(async () => (await other.held(key)).started, "the start of the handler");
    await connection.close({ drainMs: 0 });
    await failed;
    await kit.until(async () => (await other.held(key)).aborted === "cancelled", "the abort");
  },
  "abort, close and abort again is one end with the first reason": async (kit) => {
    const connection = await kit.connect();
    connection.abort("first");
    await connection.close();
    connection.abort("second");
    const { by, error } = await connection.closed;
    kit.equal([by, error?.code, error?.message], ["local", "cancelled", "first"]);
  },
  "abort in the middle of close ends it": async (kit) => {
    const connection = await kit.connect();
    const failed = kit.fails(connection.client(Conformance).hold(kit.key()), "cancelled", "no more patience");
    const closing = connection.close({ drainMs: 60_000 });
    connection.abort("no more patience");
    await kit.soon(closing, "the end");
    await failed;
  },
  "the reason of the server's abort reaches the client and its calls": async (kit) => {
    const own = await kit.serve();
    const [here, there] = await bothEnds(own);
    const failed = kit.fails(here.client(Conformance).hold(kit.key()), "unavailable", "maintenance");
    there.abort("maintenance");
    await failed;
    const { by, error } = await kit.soon(here.closed, "the end");
    kit.equal([by, error?.code, error?.message], ["peer", "cancelled", "maintenance"]);
  },
  "closed comes after every call has settled": async (kit) => {
    const connection = await kit.connect();
    const order: string[] = [];
    const held = Array.from({ length: 10 }, () =>
      connection
        .client(Conformance)
        .hold(kit.key())
        .catch(() => order.push("call")),
    );
    const closed = connection.closed.then(() => order.push("closed"));
    connection.abort();
    await Promise.all([...held, closed]);
    kit.equal(order, [...held.map(() => "call"), "closed"]);
  },
  "a handler may close the connection of its call": async (kit) => {
    const connection = await kit.connect();
    await kit.soon(connection.client(Conformance).hangUp("close"), "the answer");
    kit.equal(await kit.soon(connection.closed, "the end"), { by: "peer" });
  },
  "a handler may abort the connection of its call": async (kit) => {
    const connection = await kit.connect();
    await kit.fails(connection.client(Conformance).hangUp("abort"), "unavailable", "the handler hung up");
    kit.equal((await kit.soon(connection.closed, "the end")).by, "peer");
  },
  "a server ends the handlers that do not end": async (kit) => {
    const own = await kit.serve();
    const [service, other] = [await own.client(), await own.client()];
    const key = kit.key();
    const failed = kit.fails(service.hold(key), "unavailable");
    await kit.until(async () => (await other.held(key)).started, "the start of the handler");
    await kit.soon(own.server.close({ drainMs: 20 }), "the end of the server");
    await failed;
    kit.equal(own.server.connections.size, 0);
  },
  "connections that end in any way in the middle of calls leave nothing": async (kit) => {
    for (let i = 0; i < 20; i++) {
      const connection = await kit.connect();
      const service = connection.client(Conformance);
      const calls = [service.produce(200_000), service.hold(kit.key()), service.add(i, 1)];
      const settled = Promise.allSettled(calls);
      if (i % 4 === 1) await calls[2];
      if (i % 2 === 0) connection.abort();
      else await connection.close({ drainMs: 0 });
      await kit.soon(settled, "the calls");
    }
  },
  "using a connection or a server disposes of it": async (kit) => {
    const own = await kit.serve();
    const connection = await own.connect();
    await connection[Symbol.asyncDispose]();
    kit.equal(await connection.closed, { by: "local" });
    await own.server[Symbol.asyncDispose]();
    await kit.fails(connect(own.transport, { timeoutMs: 50 }), "unavailable");
  },
});
