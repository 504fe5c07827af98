import type { ErrorReport } from "../../../call/error-reports.js";
import { connect } from "../../../connect/connect.js";
import { RpcError } from "../../../errors/rpc-error.js";
import { Conformance, ConformanceCaller } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

export const connectingCases: readonly ConformanceCase[] = cases("lifecycle", {
  "20 clients that wait for one server all reach it": async (kit) => {
    const transport = await kit.target.unused();
    const connecting = Array.from({ length: 20 }, () => kit.connect({}, transport));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await kit.serve({}, transport);
    const connections = await kit.soon(Promise.all(connecting), "the connections");
    const sums = connections.map((connection, i) => connection.client(Conformance).add(i, 1));
    kit.equal(
      await Promise.all(sums),
      connections.map((_, i) => i + 1),
    );
  },
  "of two that serve one name at once one is told": async (kit) => {
    const transport = await kit.target.unused();
    const outcomes = await Promise.allSettled([kit.serve({}, transport), kit.serve({}, transport)]);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    kit.equal(
      refusals.map((error) => RpcError.from(error).code),
      ["alreadyExists"],
    );
    kit.equal(await (await kit.connect({}, transport)).client(Conformance).add(1, 2), 3);
  },
  "a server that restarts is reached by a new connection, never by the old one": async (kit) => {
    const first = await kit.serve();
    const old = await first.connect();
    await first.server.close();
    const second = await kit.serve({}, first.transport);
    kit.equal(await kit.soon(old.closed, "the end of the old connection"), { by: "peer" });
    await kit.fails(old.client(Conformance).add(1, 1), "unavailable");
    kit.equal(await (await second.client()).add(1, 1), 2);
  },
  "two servers side by side do not know each other": async (kit) => {
    const [first, second] = [await kit.serve(), await kit.serve()];
    const [here, there] = [await first.client(), await second.client()];
    const key = kit.key();
    here.note(key, "here");
    kit.equal([await here.notes(key), await there.notes(key)], [["here"], []]);
    await first.server.close();
    kit.equal(await there.add(1, 1), 2);
  },
  "a signal that is aborted already connects to nobody": async (kit) => {
    const own = await kit.serve();
    await kit.fails(own.connect({ signal: AbortSignal.abort() }), "cancelled");
    kit.equal(own.server.connections.size, 0);
  },
  "the signal of connect is of no use once it has connected": async (kit) => {
    const controller = new AbortController();
    const service = await kit.client({ signal: controller.signal });
    controller.abort();
    kit.equal(await service.add(1, 1), 2);
  },
  "a negative time to connect is refused": async (kit) => {
    await kit.fails(connect(kit.target.transport, { timeoutMs: -1 }), "invalidArgument", "timeoutMs");
  },
  "a service that is offered twice is refused": async (kit) => {
    const services = [callerOf(), callerOf()];
    await kit.fails(kit.connect({ services }), "invalidArgument", "crosspane.ConformanceCaller", "twice");
  },
  "an implementation without one of its methods is refused": async (kit) => {
    const services = [ConformanceCaller.implement({ heard() {} } as unknown as ConformanceCaller)];
    await kit.fails(kit.connect({ services }), "invalidArgument", "no method upper");
  },
  "the server may call a client before that has called": async (kit) => {
    const answer = Promise.withResolvers<string>();
    const own = await kit.serve({
      onConnection: (connection) => connection.client(ConformanceCaller).upper("hello").then(answer.resolve),
    });
    await own.connect({ services: [callerOf()] });
    kit.equal(await kit.soon(answer.promise, "the client's answer"), "HELLO");
  },
  "onConnection that fails is reported and harms nobody": async (kit) => {
    const reports: ErrorReport[] = [];
    let seen = 0;
    const own = await kit.serve({
      onError: (report) => reports.push(report),
      onConnection: () => {
        if (seen++ === 0) throw new Error("thrown");
        return Promise.reject(new Error("rejected"));
      },
    });
    for (const client of [await own.client(), await own.client()]) kit.equal(await client.add(1, 1), 2);
    kit.equal(
      reports.map(({ method, error }) => [method, String(error)]),
      [
        ["onConnection", "Error: thrown"],
        ["onConnection", "Error: rejected"],
      ],
    );
  },
  "a server knows the clients that are connected, and no others": async (kit) => {
    const own = await kit.serve();
    const connections = [await own.connect(), await own.connect(), await own.connect()] as const;
    await kit.until(() => own.server.connections.size === 3, "three connections");
    await connections[0].close();
    connections[1].abort();
    await kit.until(() => own.server.connections.size === 1, "the end of two connections");
    kit.equal(await connections[2].client(Conformance).add(1, 1), 2);
  },
});
