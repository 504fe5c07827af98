import { RpcError } from "../errors/rpc-error.js";
import { memoryPair } from "../transport/memory-transport.js";
import type { Transport, TransportConnection } from "../transport/transport.js";

/**
 * The raw end of a connection in a test: it sends any bytes and sees each message of the other
 * side.
 */
export class ScriptedPeer {
  readonly connection: TransportConnection;
  /** Messages that were received and not yet taken by `next`. */
  readonly received: Uint8Array[] = [];
  /** Set once the connection is over. */
  closed: { readonly error?: RpcError | undefined } | undefined;
  readonly #waiters: (() => void)[] = [];

  constructor(connection: TransportConnection) {
    this.connection = connection;
    connection.start({
      message: (bytes) => {
        this.received.push(new Uint8Array(bytes));
        this.#wake();
      },
      drained: () => {},
      closed: (error) => {
        this.closed = { error };
        this.#wake();
      },
    });
  }

  /** Sends any bytes as one message. */
  send(bytes: Uint8Array | readonly number[]): void {
    this.connection.send(Uint8Array.from(bytes));
  }

  /**
   * Returns the next message.
   * @throws {RpcError} `unavailable` if the connection ends first.
   */
  async next(): Promise<Uint8Array> {
    for (;;) {
      const message = this.received.shift();
      if (message !== undefined) return message;
      if (this.closed !== undefined) {
        throw new RpcError("unavailable", "the connection ended before another message came", {
          cause: this.closed.error,
        });
      }
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Resolves when the other side has ended the connection. */
  async ended(): Promise<RpcError | undefined> {
    while (this.closed === undefined) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    return this.closed.error;
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** Makes a server from a script: each client that dials is passed to `script`, raw. */
export function scriptedTransport(script: (peer: ScriptedPeer) => void): Transport {
  const [{ capabilities }] = memoryPair();
  const endpoint = "memory:scripted";
  return {
    endpoint,
    capabilities,
    async dial(signal) {
      signal.throwIfAborted();
      const [client, server] = memoryPair(endpoint);
      script(new ScriptedPeer(server));
      return client;
    },
    async listen() {
      throw new RpcError("unimplemented", "a scripted transport is a server itself: dial it");
    },
  };
}
