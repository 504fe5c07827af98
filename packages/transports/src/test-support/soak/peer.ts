/**
 * The other process of a soak. It reads commands from its input, one to a line, as JSON, and
 * answers each with a line of JSON. It ends when its input does.
 */
import { createInterface } from "node:readline";
import { type Connection, connect, resolveTransport, type Server, serve } from "@crosspane/transports";
import { Load, loadImplementation } from "../load/load-service.js";
import { usageOfThisProcess } from "../load/usage.js";
import type { PeerCommand, PeerReply } from "./peer-process.js";
import { SequenceReader } from "./sequence.js";

let server: Server | undefined;
let reader: SequenceReader | undefined;
let connections: readonly Connection[] = [];

async function obey(command: PeerCommand): Promise<PeerReply> {
  switch (command.do) {
    case "serve":
      server = await serve(command.endpoint, [loadImplementation], { onError: () => {} });
      return { endpoint: server.endpoint };
    case "read":
      reader = new SequenceReader();
      return { endpoint: await reader.listen(await resolveTransport(command.endpoint)) };
    case "resume":
      reader?.resume();
      return {};
    case "progress":
      return { received: reader?.received ?? 0, problem: reader?.problem ?? "" };
    case "connect":
      connections = await Promise.all(
        Array.from({ length: command.count }, () => connect(command.endpoint, { timeoutMs: 120_000 })),
      );
      return {};
    case "call":
      return { received: await callAll(connections, command.calls) };
    case "disconnect":
      await Promise.all(connections.map((connection) => connection.close()));
      return {};
    case "usage":
      return { usage: await usageOfThisProcess() };
  }
}

/** Number of correct answers. */
async function callAll(over: readonly Connection[], calls: number): Promise<number> {
  let right = 0;
  await Promise.all(
    over.map(async (connection, i) => {
      const load = connection.client(Load);
      for (let call = 0; call < calls; call++) if ((await load.add(i, call)) === i + call) right++;
    }),
  );
  return right;
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await obey(JSON.parse(line) as PeerCommand).catch(
    (error: unknown): PeerReply => ({ failed: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);
