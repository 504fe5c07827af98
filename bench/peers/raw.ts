import { dialTo, endSocket, listenOn } from "./net-server.js";
import type { Peer } from "./peer.js";

/**
 * The floor: bytes through a socket or pipe of `node:net` and back, with no message format, no
 * decoding and no handler. The server writes each chunk back unchanged; the client only counts.
 */
export const raw: Peer = {
  serve: (endpoint) => listenOn(endpoint, (socket) => socket.on("data", (chunk) => socket.write(chunk))),

  async connect(endpoint) {
    const socket = await dialTo(endpoint);
    const waiting: { readonly payload: Uint8Array; readonly done: (payload: Uint8Array) => void }[] = [];
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
      for (
        let first = waiting[0];
        first !== undefined && received >= first.payload.length;
        first = waiting[0]
      ) {
        received -= first.payload.length;
        waiting.shift();
        first.done(first.payload);
      }
    });
    return {
      echo: (payload) =>
        new Promise((done) => {
          waiting.push({ payload, done });
          socket.write(payload);
        }),
      close: () => endSocket(socket),
    };
  },
};
