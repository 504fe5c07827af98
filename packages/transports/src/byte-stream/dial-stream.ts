import { connect, type NetConnectOpts } from "node:net";
import { givenUp } from "../errors/given-up.js";
import { rpcErrorFromNode } from "../errors/node-error.js";
import { ByteStreamConnection, type ByteStreamOptions } from "./byte-stream-connection.js";

/**
 * Opens one connection. An abort settles it at once, even if the system would continue to try.
 * @throws {RpcError} the failure, from {@link rpcErrorFromNode}, or the signal's reason.
 */
export function dialStream(
  to: NetConnectOpts,
  options: ByteStreamOptions,
  signal: AbortSignal,
): Promise<ByteStreamConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<ByteStreamConnection>();
  if (signal.aborted) {
    reject(givenUp(options.endpoint, signal));
    return promise;
  }
  const socket = connect({ ...to, allowHalfOpen: true, noDelay: true });
  const onAbort = () => {
    // Later errors of a socket that is no longer awaited are ignored.
    socket.on("error", () => {});
    socket.destroy();
    reject(givenUp(options.endpoint, signal));
  };
  const onError = (error: Error) => {
    signal.removeEventListener("abort", onAbort);
    reject(rpcErrorFromNode(error, "dial", options.endpoint));
  };
  socket.once("error", onError);
  socket.once("connect", () => {
    signal.removeEventListener("abort", onAbort);
    socket.off("error", onError);
    resolve(new ByteStreamConnection(socket, options));
  });
  signal.addEventListener("abort", onAbort, { once: true });
  return promise;
}
