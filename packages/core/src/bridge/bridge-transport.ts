import { RpcError } from "../errors/rpc-error.js";
import { memoryPair } from "../transport/memory-transport.js";
import type { PeerInfo, Transport, TransportAcceptor } from "../transport/transport.js";

/**
 * Creates a transport inside this process for the one server and the client of a bridge. It has no
 * name that other code could dial.
 * @param peer what handlers and policies learn of the callers. It contains only facts that the
 * bridge knows of all of them: those of this process are not theirs.
 */
export function bridgeTransport(peer: PeerInfo): Transport {
  const endpoint = peer.address;
  let acceptor: TransportAcceptor | undefined;
  return {
    endpoint,
    capabilities: {
      name: peer.transport,
      maxMessageBytes: Number.POSITIVE_INFINITY,
      zeroCopy: false,
      peerIdentity: false,
      synchronousCall: false,
      noticesDeath: true,
      oneConnection: false,
    },
    async dial(signal) {
      signal.throwIfAborted();
      if (acceptor === undefined)
        throw new RpcError("unavailable", `dial ${endpoint}: the bridge is closed; create another one`);
      const [client, server] = memoryPair(endpoint, peer);
      acceptor.accept(server);
      return client;
    },
    async listen(given) {
      acceptor = given;
      return {
        endpoint,
        async close() {
          acceptor = undefined;
        },
      };
    },
  };
}
