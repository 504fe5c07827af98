import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PeerName } from "../peers/peers.js";
import type { FromServer, ToServer } from "./messages.js";

/** The server's process, as the client's sees it. */
export interface ServerProcess {
  readonly endpoint: string;
  /** The CPU time that it has used, in microseconds. */
  cpuTimeUs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server in a process of its own. Resolves when clients can connect. */
export async function startServer(peer: PeerName, endpoint: string): Promise<ServerProcess> {
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
