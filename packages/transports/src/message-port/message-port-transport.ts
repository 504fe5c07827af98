import { RpcError } from "@crosspane/core";
import type { Transport, TransportCapabilities } from "@crosspane/core/transport";
import { microtask } from "@crosspane/core/transport";
import { assertPort, type MessagePortLike, tellsOfClose } from "./message-port.js";
import { PortConnection } from "./port-connection.js";

const endpoint = "message-port:";

/** Returns a port whose other end is, or will be, held by the peer. */
export type GetPort = (signal: AbortSignal) => Promise<MessagePortLike>;

/**
 * Creates a transport over the two ends of a `MessageChannel`: between the threads of a program,
 * the frames of a page, or the processes of an Electron app. The creator of the channel decides who
 * gets the ends; no one else can reach it.
 *
 * A port carries one connection. Given a function, each dial calls it for a port, so that `connect`
 * can try again and `reconnect` can restore a connection; a server serves one port, and one more
 * for each further client. It needs no Node: it runs in pages and sandboxed renderers.
 *
 * A received message is in memory before its size can be checked.
 * @throws {RpcError} `invalidArgument` for anything else.
 */
export function messagePort(source: MessagePortLike | GetPort): Transport {
  if (typeof source !== "function") assertPort(source);
  const capabilities = capabilitiesOf(source);
  const take = taker(source);
  return {
    endpoint,
    capabilities,
    async dial(signal) {
      signal.throwIfAborted();
      const port = await take("dial", signal);
      return new PortConnection(port, capabilitiesOf(port));
    },
    async listen(acceptor) {
      const port = await take("listen on", new AbortController().signal);
      const connection = new PortConnection(port, capabilitiesOf(port));
      microtask(() => acceptor.accept(connection));
      return { endpoint, close: async () => {} };
    },
  };
}

function taker(source: MessagePortLike | GetPort) {
  let isTaken = false;
  return async (operation: string, signal: AbortSignal): Promise<MessagePortLike> => {
    if (typeof source === "function") {
      const port = await untilAborted(source(signal), signal);
      assertPort(port);
      return port;
    }
    if (isTaken) {
      const text = `${operation} ${endpoint}: this port has already had its connection; create another channel, or pass a function that does`;
      throw new RpcError("failedPrecondition", text);
    }
    isTaken = true;
    return source;
  };
}

/** Rejects when the signal aborts; a port that arrives later is closed. */
async function untilAborted(coming: Promise<MessagePortLike>, signal: AbortSignal): Promise<MessagePortLike> {
  const givenUp = Promise.withResolvers<never>();
  const onAbort = () => givenUp.reject(RpcError.from(signal.reason, "cancelled"));
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([coming, givenUp.promise]);
  } catch (error) {
    coming.then(
      (port) => port.close(),
      () => {},
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function capabilitiesOf(source: MessagePortLike | GetPort): TransportCapabilities {
  return {
    name: "message-port",
    maxMessageBytes: Number.POSITIVE_INFINITY,
    zeroCopy: false,
    peerIdentity: false,
    synchronousCall: false,
    noticesDeath: typeof source === "function" || tellsOfClose(source),
    oneConnection: true,
  };
}
