import { RpcError } from "@crosspane/core";
import type { Transport, TransportAcceptor } from "@crosspane/core/transport";
import { ByteStreamConnection, type ByteStreamOptions } from "../../byte-stream/byte-stream-connection.js";
import { stdio } from "../../stdio/index.js";
import { PipeChild } from "./pipe-child.js";

/**
 * A `stdio:` with several connections to one process, because the conformance cases need several
 * clients of one server.
 */
const { endpoint, capabilities: ofOne } = stdio();
const capabilities = { ...ofOne, oneConnection: false };
export const pooledOptions: ByteStreamOptions = {
  endpoint,
  capabilities,
  peer: { transport: capabilities.name, address: "a descriptor" },
};

/**
 * The transport of the conformance cases for `stdio:`. All connections are pipes between two
 * processes.
 */
export class PooledStdio {
  readonly #server = new PipeChild("pooled-stdio-server.ts");
  readonly #relay = new PipeChild("stdio-relay.ts");
  /** A conformance server in another process. */
  readonly transport: Transport = {
    endpoint,
    capabilities,
    dial: async () => {
      const [socket] = this.#server.take(1);
      return new ByteStreamConnection(socket as NonNullable<typeof socket>, pooledOptions);
    },
    listen: async () => {
      throw new RpcError("unimplemented", "the conformance server of stdio: listens in its own process");
    },
  };

  /** Replaces the processes if their pipes run low; call it between two cases. */
  async renew(): Promise<void> {
    await Promise.all([this.#server.renew(), this.#relay.renew()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), this.#relay.stop()]);
  }

  /**
   * Returns an address inside this process: its connections are two pipes to a process that relays
   * bytes between them.
   */
  unused(): Transport {
    let acceptor: TransportAcceptor | undefined;
    return {
      endpoint,
      capabilities,
      dial: async (signal) => {
        if (signal.aborted) throw RpcError.from(signal.reason, "cancelled");
        if (acceptor === undefined) throw new RpcError("unavailable", `dial ${endpoint}: nobody listens`);
        const [client, server] = this.#relay
          .take(2)
          .map((socket) => new ByteStreamConnection(socket, pooledOptions));
        acceptor.accept(server as ByteStreamConnection);
        return client as ByteStreamConnection;
      },
      listen: async (accepting) => {
        if (acceptor !== undefined) throw new RpcError("alreadyExists", `listen on ${endpoint}: it is taken`);
        acceptor = accepting;
        return {
          endpoint,
          close: async () => {
            acceptor = undefined;
          },
        };
      },
    };
  }
}
