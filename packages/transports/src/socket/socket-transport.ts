import { type AddressInfo, BlockList, isIPv6, type Server, type Socket } from "node:net";
import { RpcError } from "@crosspane/core";
import {
  assertOptions,
  maxFramedMessageBytes,
  type OptionNames,
  type Transport,
  type TransportAcceptor,
  type TransportCapabilities,
  type TransportConnection,
  type TransportListener,
} from "@crosspane/core/transport";
import { dialStream } from "../byte-stream/dial-stream.js";
import { listenStream } from "../byte-stream/listen-stream.js";

/** The address that a socket transport listens at or dials. */
export interface SocketOptions {
  /** An address or a host name, by default `127.0.0.1`. */
  readonly host?: string;
  /**
   * 0 to 65535. With 0 the system chooses a port for a listener, which reports it in its endpoint.
   */
  readonly port: number;
  /**
   * Allows a host that is not this machine. This transport neither encrypts nor authenticates: use
   * it only on networks where every host is trusted.
   */
  readonly allowRemote?: boolean;
}

const capabilities: TransportCapabilities = {
  name: "tcp",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: false,
  peerIdentity: false,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

/**
 * Creates a transport over TCP, by default on the loopback interface. Any program of any user of
 * the machine can reach a loopback port. Where that matters, use a pipe, or authenticate the
 * caller.
 * @throws {RpcError} `invalidArgument` for a port out of range, or for a remote host without
 * `allowRemote`.
 */
export function socket(options: SocketOptions): Transport {
  assertOptions("socket", options, optionNames);
  return new SocketTransport(options);
}

const optionNames = { host: true, port: true, allowRemote: true } satisfies OptionNames<SocketOptions>;

class SocketTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly endpoint: string;
  readonly #host: string;
  readonly #port: number;

  constructor({ host = "127.0.0.1", port, allowRemote = false }: SocketOptions) {
    this.endpoint = tcpEndpoint(host, port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new RpcError(
        "invalidArgument",
        `socket ${this.endpoint}: the port must be a whole number from 0 to 65535`,
      );
    }
    // No name resolution decides what `localhost` is, so both ends use the same address.
    this.#host = host.toLowerCase() === "localhost" ? "127.0.0.1" : host;
    this.#port = port;
    // The system of another machine may vanish together with the peer.
    this.capabilities = { ...capabilities, noticesDeath: isLoopback(this.#host) };
    if (!allowRemote && !isLoopback(this.#host)) {
      throw new RpcError(
        "invalidArgument",
        `socket ${this.endpoint}: ${host} is not a loopback address, so other machines would take part unencrypted; ` +
          `use 127.0.0.1, or pass socket({ host: ${JSON.stringify(host)}, port: ${port}, allowRemote: true })`,
      );
    }
  }

  async dial(signal: AbortSignal): Promise<TransportConnection> {
    if (this.#port === 0) {
      throw new RpcError(
        "invalidArgument",
        `dial ${this.endpoint}: port 0 is for listening only; dial the endpoint that the listener reports`,
      );
    }
    const peer = { transport: capabilities.name, address: hostAndPort(this.#host, this.#port) };
    const options = { capabilities: this.capabilities, peer, endpoint: this.endpoint };
    return dialStream({ host: this.#host, port: this.#port }, options, signal);
  }

  listen(acceptor: TransportAcceptor): Promise<TransportListener> {
    return listenStream(
      // Exclusive: workers of node:cluster would otherwise share the port and its connections.
      { host: this.#host, port: this.#port, exclusive: true },
      {
        endpoint: this.endpoint,
        acceptor,
        describe: (accepted) => this.#describe(accepted),
        endpointOf: (server) => tcpEndpoint(this.#host, portOf(server)),
      },
    );
  }

  #describe({ remoteAddress = "unknown", remotePort = 0 }: Socket) {
    const address = hostAndPort(remoteAddress, remotePort);
    const peer = { transport: capabilities.name, address };
    return { capabilities: this.capabilities, peer, endpoint: `tcp://${address}` };
  }
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  return loopback.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}

function tcpEndpoint(host: string, port: number): string {
  return `tcp://${hostAndPort(host, port)}`;
}

function hostAndPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
