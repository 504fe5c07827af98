import {
  maxFramedMessageBytes,
  type Transport,
  type TransportAcceptor,
  type TransportCapabilities,
  type TransportConnection,
  type TransportListener,
} from "@crosspane/core/transport";
import { loadForWindows } from "../win32/load-for-windows.js";
import type { NamedPipeOptions } from "./named-pipe-options.js";

const capabilities: TransportCapabilities = {
  name: "pipe",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: false,
  peerIdentity: true,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

/**
 * The pipe of Windows. Modules that call the system are loaded on the first use, so that this one
 * can be imported anywhere.
 */
export class WindowsPipeTransport implements Transport {
  readonly capabilities = capabilities;
  readonly endpoint: string;
  readonly #name: string;
  readonly #options: NamedPipeOptions;

  constructor(name: string, options: NamedPipeOptions) {
    this.endpoint = `pipe:${name}`;
    this.#name = name;
    this.#options = options;
  }

  async dial(signal: AbortSignal): Promise<TransportConnection> {
    const { dialPipe } = await loadForWindows(this.endpoint, () => import("./dial-pipe.js"));
    const { servedBy } = this.#options;
    return dialPipe({ name: this.#name, endpoint: this.endpoint, capabilities, servedBy }, signal);
  }

  async listen(acceptor: TransportAcceptor): Promise<TransportListener> {
    const { listenPipe } = await loadForWindows(this.endpoint, () => import("./listen-pipe.js"));
    const { access = "currentUser" } = this.#options;
    return listenPipe({ name: this.#name, endpoint: this.endpoint, capabilities, access }, acceptor);
  }
}
