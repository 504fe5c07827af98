import { RpcError } from "../errors/rpc-error.js";
import { microtask } from "../runtime/real-time.js";
import { canonicalName } from "./canonical-name.js";
import { MessageQueue } from "./message-queue.js";
import { SendGauge } from "./send-gauge.js";
import type {
  MessageReceiver,
  PeerInfo,
  Transport,
  TransportAcceptor,
  TransportCapabilities,
  TransportConnection,
} from "./transport.js";

const capabilities: TransportCapabilities = {
  name: "memory",
  maxMessageBytes: Number.POSITIVE_INFINITY,
  zeroCopy: false,
  peerIdentity: true,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

const listeners = new Map<string, TransportAcceptor>();

/**
 * A transport inside one process. Only the medium is simulated, so a service can be tested without
 * another process. All users of this module share its names.
 */
export function memory(name: string): Transport {
  if (name === "") throw new RpcError("invalidArgument", "memory: needs a name, as in memory:inventory");
  const endpoint = `memory:${name}`;
  const key = canonicalName(name);
  return {
    endpoint,
    capabilities,
    async dial(signal) {
      signal.throwIfAborted();
      const acceptor = listeners.get(key);
      if (acceptor === undefined)
        throw new RpcError(
          "unavailable",
          `dial ${endpoint}: no server is listening there in this process; start it, or check the name`,
        );
      const [client, server] = memoryPair(endpoint);
      acceptor.accept(server);
      return client;
    },
    async listen(acceptor) {
      if (listeners.has(key)) {
        throw new RpcError(
          "alreadyExists",
          `${endpoint} is served already: close that server or choose another name`,
        );
      }
      listeners.set(key, acceptor);
      return {
        endpoint,
        async close() {
          if (listeners.get(key) === acceptor) listeners.delete(key);
        },
      };
    },
  };
}

/**
 * Makes the two ends of one link.
 * @param peer the peer of both; this process by default.
 */
export function memoryPair(
  address = "memory",
  peer: PeerInfo = { transport: capabilities.name, address, sameUser: true },
): [TransportConnection, TransportConnection] {
  const first = new MemoryConnection(peer);
  const second = new MemoryConnection(peer);
  first.join(second);
  second.join(first);
  return [first, second];
}

class MemoryConnection implements TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  maxReceiveBytes = Number.POSITIVE_INFINITY;
  readonly #queue = new MessageQueue((bytes) => this.#delivered(bytes));
  readonly #ended = Promise.withResolvers<void>();
  #other: MemoryConnection | undefined;
  #receiver: MessageReceiver | undefined;
  /** Bytes that the other end has sent and this one has not delivered. */
  readonly #undelivered = new SendGauge();
  #closing = false;

  constructor(peer: PeerInfo) {
    this.capabilities = { ...capabilities, name: peer.transport };
    this.peer = peer;
  }

  join(other: MemoryConnection): void {
    this.#other = other;
  }

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
    this.#queue.start({
      message: (bytes) => this.#receive(bytes),
      drained: () => {},
      closed: (error) => {
        this.#closing = true;
        this.#ended.resolve();
        receiver.closed(error);
      },
    });
  }

  send(message: Uint8Array): boolean {
    const other = this.#other;
    if (this.#closing || other === undefined || other.#closing) return true;
    // Not slice(): a Buffer's slice shares memory.
    other.#queue.push(new Uint8Array(message));
    return other.#undelivered.accept(message.length);
  }

  pause(): void {
    this.#queue.pause();
  }

  resume(): void {
    this.#queue.resume();
  }

  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#end();
      this.#queue.abort();
      // A connection that was never started has no receiver to notify.
      if (this.#receiver === undefined) this.#ended.resolve();
    }
    return this.#ended.promise;
  }

  abort(error: RpcError): void {
    if (this.#queue.ended) return;
    this.#closing = true;
    this.#queue.abort(error);
    this.#ended.resolve();
    this.#end(new RpcError("unavailable", `${this.peer.address}: the peer broke off the connection`));
  }

  /** Notifies the other end, after all that was sent to it. */
  #end(error?: RpcError): void {
    const other = this.#other;
    if (other !== undefined) other.#queue.end(error);
  }

  #receive(bytes: Uint8Array): void {
    if (bytes.length > this.maxReceiveBytes) {
      this.abort(
        new RpcError(
          "resourceExhausted",
          `a message of ${bytes.length} bytes is over the limit of ${this.maxReceiveBytes}`,
        ),
      );
      return;
    }
    this.#receiver?.message(bytes);
  }

  #delivered(bytes: number): void {
    if (this.#undelivered.take(bytes)) microtask(() => this.#other?.tellDrained());
  }

  /** Called by the other end. */
  tellDrained(): void {
    if (!this.#closing) this.#receiver?.drained();
  }
}
