import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { serve } from "../server/serve.js";
import { idleJobs, jobsService, openJobs, settled } from "../test-support/jobs.js";
import { messageKinds } from "../testing/conformance/cases/message-kinds.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import type { Transport, TransportConnection } from "../transport/transport.js";
import { encodeWhole } from "../wire/encode.js";
import { encodeCall } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { parseMessage } from "../wire/parse-message.js";
import type { Authorize } from "./admission.js";

const denied = { code: "permissionDenied" };

test("a rule of a method applies to it and not to its neighbour", async () => {
  const { client } = await openJobs({ rules: { service: ["sameUser"], run: ["elevated"] } });
  expect(await client.look("a")).toBe("a");
  await expect(client.run("a")).rejects.toMatchObject({
    ...denied,
    message:
      "Jobs.run may not be called by this peer. It asks for: elevated (the transport memory does not know)",
  });
});

test("a rule of a method does not replace that of its service", async () => {
  const { client } = await openJobs({ rules: { service: ["elevated"], run: ["sameUser"] } });
  await expect(client.run("a")).rejects.toMatchObject(denied);
  await expect(client.look("a")).rejects.toMatchObject(denied);
});

test("any of several rules is enough", async () => {
  const { client } = await openJobs({ rules: { run: ["elevated", "sameUser"] } });
  expect(await client.run("a")).toBe("a");
});

test("a one-way call that is refused does not run, and is reported", async () => {
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const { client, serverReports } = await openJobs({ jobs: { note }, rules: { note: ["elevated"] } });
  client.note("a");
  await client.look("b");
  expect(notes).toEqual([]);
  expect(serverReports).toMatchObject([
    { method: "Jobs.note", error: denied, peer: { transport: "memory" } },
  ]);
});

test("the refusal comes before the arguments are read", async () => {
  const transport = memory("refused unread");
  await using _ = await serve(transport, [jobsService({ run: ["elevated"] }).implement(idleJobs)]);
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  // Truncated arguments end the connection of a peer that may call.
  const call = encodeCall(0, { target: 0, method: 0 }, ["abc"]);
  peer.send(call.slice(0, -2));
  expect(parseMessage(await peer.next(), defaultLimits)).toMatchObject({
    kind: "error",
    id: 0,
    error: denied,
  });
  peer.send(encodeWhole([messageKinds.call, 1, 0, 2, ["still open"]]));
  expect(parseMessage(await peer.next(), defaultLimits)).toMatchObject({
    kind: "result",
    id: 1,
    value: "still open",
  });
  await peer.connection.close();
});

test("a function decides by the peer and the method", async () => {
  const asked: unknown[] = [];
  const authorize: Authorize = (peer, call) => {
    asked.push([peer.transport, call]);
    return call.method === "look";
  };
  const { client } = await openJobs({ server: { authorize } });
  expect(await client.look("a")).toBe("a");
  await expect(client.run("a")).rejects.toMatchObject({
    ...denied,
    message: "Jobs.run may not be called by this peer",
  });
  expect(asked).toEqual([
    ["memory", { service: "Jobs", method: "look" }],
    ["memory", { service: "Jobs", method: "run" }],
  ]);
});

test("a function may give the reason", async () => {
  const authorize = () => new RpcError("unauthenticated", "sign in first");
  const { client } = await openJobs({ server: { authorize } });
  await expect(client.run("a")).rejects.toMatchObject({ code: "unauthenticated", message: "sign in first" });
});

test("a function cannot admit a peer that the contract refuses", async () => {
  const { client } = await openJobs({ rules: { run: ["elevated"] }, server: { authorize: () => true } });
  await expect(client.run("a")).rejects.toMatchObject(denied);
});

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("a secret");
    },
  ],
  ["returns a promise", async () => true],
  ["returns 1", () => 1],
])("a function that %s admits nobody, and is reported", async (_, authorize) => {
  const { client, serverReports } = await openJobs({
    server: { authorize: authorize as unknown as Authorize },
  });
  await expect(client.run("a")).rejects.toMatchObject({
    ...denied,
    message: "Jobs.run may not be called by this peer",
  });
  expect(serverReports).toHaveLength(1);
});

test("interceptors see a refusal and cannot undo it", async () => {
  const seen: InterceptedCall[] = [];
  const outcomes: unknown[] = [];
  const overruling: Interceptor = async (call, next) => {
    seen.push(call);
    await next(call).catch((error) => outcomes.push(error));
    return "overruled";
  };
  const { client } = await openJobs({ rules: { run: ["elevated"] }, server: { interceptors: [overruling] } });
  await expect(client.run("secret")).rejects.toMatchObject(denied);
  await settled();
  expect(seen).toMatchObject([
    { side: "server", label: "Jobs.run", args: [], refusal: denied, peer: { sameUser: true } },
  ]);
  expect(outcomes).toMatchObject([denied]);
});

test("rules hold for the services of a client too", async () => {
  const transport = memory("client's services");
  const Jobs = jobsService({ run: ["elevated"] });
  const offered = Jobs.implement({ ...idleJobs, look: async () => "seen" });
  const calls: Promise<unknown>[] = [];
  await using _ = await serve(transport, [], {
    onConnection: (connection) => {
      const jobs = connection.client(Jobs);
      calls.push(
        jobs.run("a").catch((error) => error.code),
        jobs.look("a"),
      );
    },
  });
  await using connection = await connect(transport, { services: [offered] });
  await expect.poll(() => calls.length).toBe(2);
  expect(await Promise.all(calls)).toEqual(["permissionDenied", "seen"]);
  expect(connection.peer.sameUser).toBe(true);
});

test("an object by reference follows the rules of its own contract", async () => {
  const { client } = await openJobs({ rules: { tool: ["elevated"] } });
  const tool = await client.open("saw");
  await expect(tool.use("a")).rejects.toMatchObject({
    ...denied,
    message:
      "Tool.use may not be called by this peer. It asks for: elevated (the transport memory does not know)",
  });
});

test("the function is not asked again about the result of an admitted call", async () => {
  const asked: string[] = [];
  const authorize: Authorize = (_, { service, method }) => asked.push(`${service}.${method}`) > 0;
  const { client } = await openJobs({ rules: { tool: ["sameUser"] }, server: { authorize } });
  const tool = await client.open("saw");
  expect(await tool.use("a")).toBe("saw a");
  expect(asked).toEqual(["Jobs.open"]);
});

test("a malformed rule of a service by reference admits no one", async () => {
  const { client, serverReports } = await openJobs({ rules: { tool: ["sameuser"] } });
  const tool = await client.open("saw");
  await expect(tool.use("a")).rejects.toMatchObject(denied);
  expect(serverReports).toMatchObject([{ error: { code: "invalidArgument" }, method: "Tool.use" }]);
  expect(await client.look("still open")).toBe("still open");
});

test("the references of a refused call are released", async () => {
  const transport = memory("refused references");
  const Jobs = jobsService({ service: ["elevated"] });
  const maxReferences = 100;
  await using _ = await serve(transport, [Jobs.implement(idleJobs)], { limits: { maxReferences } });
  await using connection = await connect(transport);
  const jobs = connection.client(Jobs);
  // If they were kept, they would exceed the limit of references of one side.
  for (let i = 0; i < 2 * maxReferences + 10; i++) {
    const error = await jobs.tell(async () => {}).catch((thrown) => thrown);
    if (error.code !== "permissionDenied") expect(error).toMatchObject(denied);
  }
});

test("a malformed rule keeps the service from being offered", async () => {
  await expect(openJobs({ rules: { run: ["sameuser"] } })).rejects.toMatchObject({ code: "invalidArgument" });
  await expect(openJobs({ rules: { service: ["elevated", ""] } })).rejects.toMatchObject({
    code: "invalidArgument",
  });
});

test("a server that meets the demand is accepted", async () => {
  const { client } = await openJobs({ client: { requireServer: ["elevated", "sameUser"] } });
  expect(await client.run("a")).toBe("a");
});

test("another server is sent nothing, and is not tried again", async () => {
  const inner = memory("wrong server");
  await using _ = await serve(inner, []);
  let dials = 0;
  let sent = 0;
  const counting: Transport = {
    ...inner,
    dial: async (signal) => {
      dials++;
      const connection: TransportConnection = await inner.dial(signal);
      const send = connection.send.bind(connection);
      connection.send = (message) => {
        sent++;
        return send(message);
      };
      return connection;
    },
  };
  await expect(connect(counting, { requireServer: ["sameUser elevated"] })).rejects.toMatchObject({
    ...denied,
    message:
      "memory:wrong server: the server does not meet requireServer: " +
      "sameUser elevated (elevated: the transport memory does not know)",
  });
  expect([dials, sent]).toEqual([1, 0]);
});

test("a malformed demand is refused", async () => {
  await expect(connect(memory("nobody"), { requireServer: ["admin"] })).rejects.toMatchObject({
    code: "invalidArgument",
  });
});
