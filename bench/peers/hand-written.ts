import { MessageSocket } from "./message-socket.js";
import { dialTo, endSocket, listenOn } from "./net-server.js";
import type { Peer } from "./peer.js";

type Request = [id: number, method: string, argument: unknown];
type Response = [id: number, error: string | null, result: unknown];
interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const handlers = new Map<string, (argument: unknown) => Promise<unknown>>([
  ["echo", async (payload) => payload],
]);

/**
 * The RPC that a competent engineer writes in an afternoon instead of using a framework: msgpackr
 * behind a length prefix over a pipe or a socket, ids, a Map of pending promises. It has no types,
 * limits, deadlines, cancellation or checks.
 */
export const handWritten: Peer = {
  serve: (endpoint) =>
    listenOn(endpoint, (socket) => {
      const messages = new MessageSocket(socket, async (message) => {
        const [id, method, argument] = message as Request;
        try {
          const handler = handlers.get(method);
          if (handler === undefined) throw new Error(`there is no method ${method}`);
          messages.send([id, null, await handler(argument)] satisfies Response);
        } catch (error) {
          messages.send([id, String(error), null] satisfies Response);
        }
      });
    }),

  async connect(endpoint) {
    const socket = await dialTo(endpoint);
    const pending = new Map<number, Pending>();
    let lastId = 0;
    const messages = new MessageSocket(socket, (message) => {
      const [id, error, result] = message as Response;
      const call = pending.get(id);
      pending.delete(id);
      if (error === null) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    socket.on("close", () => {
      for (const { reject } of pending.values()) reject(new Error("the connection was closed"));
      pending.clear();
    });
    const call = (method: string, argument: unknown) =>
      new Promise<unknown>((resolve, reject) => {
        lastId += 1;
        pending.set(lastId, { resolve, reject });
        messages.send([lastId, method, argument] satisfies Request);
      });
    return {
      echo: (payload) => call("echo", payload) as Promise<Uint8Array>,
      close: () => endSocket(socket),
    };
  },
};
