import { MessageChannel, type MessagePort } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import type { Transport, TransportAcceptor, TransportCapabilities } from "@crosspane/core/transport";
import { messagePort } from "../../message-port/index.js";
import { PortConnection } from "../../message-port/port-connection.js";

/**
 * A `messagePort` with an address for several connections, because the conformance cases need
 * several clients of one server.
 */
export class PortAddress {
  readonly transport: Transport;
  readonly #capabilities: TransportCapabilities;
  #acceptor: TransportAcceptor | undefined;

  /** @param give passes on the server's end of a new channel, by default to this address itself. */
  constructor(give?: (port: MessagePort) => void) {
    const { endpoint, capabilities, dial } = messagePort(async () => {
      if (give === undefined && this.#acceptor === undefined) {
        throw new RpcError("unavailable", `dial ${endpoint}: nobody listens`);
      }
      const { port1, port2 } = new MessageChannel();
      (give ?? ((port) => this.accept(port)))(port2);
      return port1;
    });
    this.#capabilities = { ...capabilities, oneConnection: false };
    this.transport = {
      endpoint,
      capabilities: this.#capabilities,
      dial,
      listen: async (acceptor) => {
        if (this.#acceptor !== undefined)
          throw new RpcError("alreadyExists", `listen on ${endpoint}: it is taken`);
        this.#acceptor = acceptor;
        return {
          endpoint,
          close: async () => {
            this.#acceptor = undefined;
          },
        };
      },
    };
  }

  /** Accepts the server's end of a channel. */
  accept(port: MessagePort): void {
    const acceptor = this.#acceptor;
    if (acceptor === undefined) port.close();
    else acceptor.accept(new PortConnection(port, this.#capabilities));
  }
}
