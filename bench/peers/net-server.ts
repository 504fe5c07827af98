import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import { boundEndpoint, netAddress } from "./net-address.js";
import type { EchoServer } from "./peer.js";

/** Starts a server of `node:net` that passes on each connection, without Nagle's delay. */
export async function listenOn(endpoint: string, accept: (socket: Socket) => void): Promise<EchoServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    // A client that is killed in the middle of a write is not worth a report.
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    accept(socket);
  });
  server.listen(netAddress(endpoint));
  await once(server, "listening");
  return {
    endpoint: boundEndpoint(server, endpoint),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Returns a connected socket, without Nagle's delay. */
export async function dialTo(endpoint: string): Promise<Socket> {
  const socket = dial(netAddress(endpoint));
  await once(socket, "connect");
  return socket.setNoDelay(true);
}

/** Ends the socket and waits until it is closed. */
export async function endSocket(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, "close");
  socket.destroy();
  await closed;
}
