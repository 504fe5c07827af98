import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type PeerName, peers } from "../peers/peers.js";
import type { FromServer, ToServer } from "./messages.js";

/** A server, seen from the client's process. */
export interface Server {
  readonly endpoint: string;
  /** The CPU time that it has used, in microseconds. */
  cpuTimeUs(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a server in a process of its own, or in this one for `memory:`. Resolves when clients can
 * connect.
 */
export async function startServer(peer: PeerName, endpoint: string): Promise<Server> {
  return endpoint.startsWith("memory:") ? serveHere(peer, endpoint) : serveInProcess(peer, endpoint);
}

async function serveHere(peer: PeerName, endpoint: string): Promise<Server> {
  const server = await (await peers[peer]()).serve(endpoint);
  // The client's figure includes the CPU time of both, which one process cannot separate.
  return { endpoint, cpuTimeUs: async () => 0, stop: () => server.close() };
}

async function serveInProcess(peer: PeerName, endpoint: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL("serve.js", import.meta.url)), [peer, endpoint]);
  const ended = once(child, "exit");
  const failed = ended.then(([code, signal]) => {
    throw new Error(`the server of ${peer} at ${endpoint} ended with ${code ?? signal}`);
  });
  failed.catch(() => {});
  const next = async () => ((await Promise.race([once(child, "message"), failed])) as [FromServer])[0];

  const first = await next();
  if (first.kind !== "ready") throw new Error("the server's first message is not that it is ready");
  return {
    endpoint: first.endpoint,
    async cpuTimeUs() {
      child.send({ kind: "cpu" } satisfies ToServer);
      const answer = await next();
      return answer.kind === "cpu" ? answer.us : Number.NaN;
    },
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}
