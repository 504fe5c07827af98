import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportCapabilities, TransportListener } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import { adoptHandle } from "./adopt-handle.js";
import { createInstance } from "./pipe-instance.js";
import { waitingInstances } from "./pipe-limits.js";
import { pipePeer } from "./pipe-peer.js";
import { WaitingInstance } from "./waiting-instance.js";

/** Construction parameters of a {@link PipeListener}. */
export interface PipeListenerOptions {
  /** The first instance of the pipe; the listener takes ownership. */
  readonly first: OwnedHandle;
  /** The handle that holds the name; the listener closes it when the name can be taken again. */
  readonly guard: OwnedHandle;
  readonly path: string;
  readonly sddl: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  readonly acceptor: TransportAcceptor;
}

/**
 * Accepts the clients of a Windows pipe: several instances wait for them at any time. The system
 * knows the pipe by its name until the last of its instances is closed. A connection is an
 * instance, so the name is held as long.
 */
export class PipeListener implements TransportListener {
  readonly endpoint: string;
  readonly #options: PipeListenerOptions;
  readonly #waiting: WaitingInstance[] = [];
  #users = 1;
  #closed: Promise<void> | undefined;

  /** @throws {RpcError} the system's error; everything but the guard is closed then. */
  constructor(options: PipeListenerOptions) {
    this.endpoint = options.endpoint;
    this.#options = options;
    let next: OwnedHandle | undefined = options.first;
    try {
      while (this.#waiting.length < waitingInstances) {
        const waiting = new WaitingInstance({
          path: options.path,
          make: () => this.#make(),
          connected: (instance) => this.#accept(instance),
          failed: (error) => options.acceptor.failed(error),
        });
        this.#waiting.push(waiting);
        const instance: OwnedHandle = next ?? this.#make();
        next = undefined;
        waiting.start(instance);
      }
    } catch (error) {
      next?.close();
      for (const waiting of this.#waiting) void waiting.close();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#waiting.map((waiting) => waiting.close()));
    this.#release();
  }

  #make(): OwnedHandle {
    return createInstance(this.#options.path, this.#options.sddl, false);
  }

  #accept(instance: OwnedHandle): void {
    const { path, endpoint, capabilities, acceptor } = this.#options;
    let connection: ByteStreamConnection;
    try {
      const peer = pipePeer(instance.value, "client", path);
      const socket = adoptHandle(instance, path);
      this.#users++;
      socket.once("close", () => this.#release());
      connection = new ByteStreamConnection(socket, { capabilities, peer, endpoint });
    } catch (thrown) {
      instance.close();
      acceptor.failed(RpcError.from(thrown, "internal"));
      return;
    }
    acceptor.accept(connection);
  }

  #release(): void {
    this.#users--;
    if (this.#users === 0) this.#options.guard.close();
  }
}
