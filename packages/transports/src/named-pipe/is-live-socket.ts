import { connect } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { probeMs } from "../byte-stream/byte-stream-limits.js";
import { nodeErrorCode } from "../errors/node-error.js";

/**
 * Returns true if a server listens on the Unix socket at a path. A live server sees a client that
 * sends nothing and leaves. In doubt the result is true: a server that is too busy to answer, or
 * belongs to another user, exists.
 */
export function isLiveSocket(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  const settle = (isLive: boolean) => {
    clearTimeout(timer);
    socket.destroy();
    resolve(isLive);
  };
  const timer = setTimeout(() => settle(true), probeMs);
  socket.on("connect", () => settle(true));
  socket.on("error", (error) => settle(!["ECONNREFUSED", "ENOENT"].includes(nodeErrorCode(error) ?? "")));
  return promise;
}
