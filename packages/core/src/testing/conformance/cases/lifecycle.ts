import { callContext, tryCallContext } from "../../../call/call-context.js";
import { connect } from "../../../connect/connect.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { serveConformance } from "../conformance-service.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

export const lifecycleCases: readonly ConformanceCase[] = cases("lifecycle", {
  "a server that is not there is reported with its endpoint and the time": async (kit) => {
    const nobody = await kit.target.unused();
    await kit.fails(connect(nobody, { timeoutMs: 100 }), "unavailable", nobody.endpoint, "100 ms");
  },
  "a server that comes late is waited for": async (kit) => {
    const transport = await kit.target.unused();
    const connecting = kit.connect({}, transport);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const server = await serveConformance(transport);
    kit.cleanUp(() => server.close());
    const connection = await kit.soon(connecting, "the connection");
    kit.equal(await connection.client(Conformance).add(1, 2), 3);
    await connection.close();
  },
  "a connection tells what carries it": async (kit) => {
    const { name, endpoint, skipped } = (await kit.connect()).transport;
    // A transport that chooses among others has a different name from theirs.
    const chosen = name !== kit.target.transport.capabilities.name;
    kit.equal(endpoint === kit.target.transport.endpoint, !chosen);
    kit.equal(
      skipped.some(({ endpoint: other, error }) => other === endpoint || error.message === ""),
      false,
    );
    if (!chosen) kit.equal(skipped.length, 0);
  },
  "an abort ends the wait for a server": async (kit) => {
    const controller = new AbortController();
    const connecting = connect(await kit.target.unused(), { timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    await kit.fails(connecting, "cancelled");
  },
  "a name that is taken is reported": async (kit) => {
    const transport = await kit.target.unused();
    const server = await serveConformance(transport);
    kit.cleanUp(() => server.close());
    await kit.fails(serveConformance(transport), "alreadyExists", transport.endpoint);
    const connection = await kit.connect({}, transport);
    kit.equal(await connection.client(Conformance).add(1, 2), 3);
    await connection.close();
  },
  "a name is free again once its server is closed": async (kit) => {
    const transport = await kit.target.unused();
    for (let i = 0; i < 3; i++) {
      const server = await serveConformance(transport);
      const connection = await kit.connect({}, transport);
      kit.equal(await connection.client(Conformance).add(i, 1), i + 1);
      await connection.close();
      await server.close();
    }
  },
  "close is orderly at both ends and may be repeated": async (kit) => {
    const transport = await kit.target.unused();
    const server = await serveConformance(transport);
    kit.cleanUp(() => server.close());
    const connection = await kit.connect({}, transport);
    const [atServer] = server.connections;
    await connection.close();
    await connection.close();
    kit.equal(await connection.closed, { by: "local" });
    kit.equal(await kit.soon(atServer?.closed ?? Promise.reject(), "the end at the server"), { by: "peer" });
    await server.close();
    await server.close();
  },
  "close waits for the calls under way": async (kit) => {
    const connection = await kit.connect();
    const slow = connection.client(Conformance).delay(100);
    const closing = connection.close();
    await kit.soon(slow, "the slow call");
    await closing;
  },
  "close gives up after drainMs and settles what is left": async (kit) => {
    const connection = await kit.connect();
    const held = connection.client(Conformance).hold(kit.key());
    const failed = kit.fails(held, "cancelled");
    await connection.close({ drainMs: 50 });
    await failed;
  },
  "a call on a closed connection fails at once": async (kit) => {
    const connection = await kit.connect();
    const service = connection.client(Conformance);
    await connection.close();
    await kit.fails(service.add(1, 2), "cancelled", "crosspane.Conformance.add");
    await kit.fails(
      Promise.resolve().then(() => service.note("key", "line")),
      "cancelled",
    );
  },
  "an abort settles every call and tells the handlers": async (kit) => {
    const [connection, other] = [await kit.connect(), await kit.client()];
    const keys = Array.from({ length: 20 }, () => kit.key());
    const held = keys.map((key) => connection.client(Conformance).hold(key));
    const failures = held.map((call) => kit.fails(call, "cancelled", "enough"));
    await kit.until(async () => (await other.held(keys[19] as string)).started, "the start of the handlers");
    connection.abort("enough");
    await Promise.all(failures);
    for (const key of keys) {
      await kit.until(
        async () => (await other.held(key)).aborted === "cancelled",
        "the abort at the handler",
      );
    }
  },
  "a server that closes lets the calls under way finish": async (kit) => {
    const transport = await kit.target.unused();
    const server = await serveConformance(transport);
    const connection = await kit.connect({}, transport);
    const service = connection.client(Conformance);
    const slow = service.delay(100);
    // The answer proves that the server knows of the slow call.
    await service.add(1, 1);
    const closing = server.close();
    await kit.soon(slow, "the slow call");
    await closing;
    kit.equal(await connection.closed, { by: "peer" });
  },
  "the server calls the client on the same connection": async (kit) => {
    const service = await kit.client({ services: [callerOf()] });
    kit.equal(await service.askBack("quiet"), "QUIET");
  },
  "calls in both directions at once find their own answers": async (kit) => {
    const service = await kit.client({ services: [callerOf()] });
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    kit.equal(
      await Promise.all(texts.map((text) => service.askBack(text))),
      texts.map((text) => text.toUpperCase()),
    );
  },
  "a client that offers nothing is told from one that does": async (kit) => {
    const service = await kit.client();
    await kit.fails(service.askBack("quiet"), "unimplemented", "crosspane.ConformanceCaller");
  },
  "callContext outside a handler says so": async (kit) => {
    await kit.fails(
      Promise.resolve().then(() => callContext()),
      "failedPrecondition",
      "handler",
    );
    kit.equal(tryCallContext(), undefined);
  },
  "50 connections one after the other leave nothing": async (kit) => {
    for (let i = 0; i < 50; i++) {
      const connection = await kit.connect();
      kit.equal(await connection.client(Conformance).add(i, 1), i + 1);
      await connection.close();
    }
  },
  "20 connections at once are all served": async (kit) => {
    const connections = await Promise.all(Array.from({ length: 20 }, () => kit.connect()));
    const sums = await Promise.all(
      connections.map((connection, i) => connection.client(Conformance).add(i, i)),
    );
    kit.equal(
      sums,
      Array.from({ length: 20 }, (_, i) => i * 2),
    );
  },
});
