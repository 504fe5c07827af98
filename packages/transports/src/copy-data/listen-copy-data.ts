import { randomBytes } from "node:crypto";
import { codeNumbers, RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportListener } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import { takeName } from "../win32/name-guard.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import type { CopyDataAddress } from "./copy-data-address.js";
import { keyBytes } from "./copy-data-layout.js";
import { CopyDataStream } from "./copy-data-stream.js";
import { peerProcessOf } from "./peer-process.js";
import type { ClientWindow } from "./pump-messages.js";
import { type ListenerEvent, type ListenerUser, type PumpThread, usePump } from "./pump-thread.js";
import { mutexName, windowTitle } from "./window-names.js";

/**
 * Creates the window of a name. Resolves when clients can find it.
 * @throws {RpcError} `alreadyExists` if the name is taken in this logon session, `permissionDenied`
 * if another user has taken it.
 */
export async function listenCopyData(
  address: CopyDataAddress,
  acceptor: TransportAcceptor,
): Promise<TransportListener> {
  const guard = takeName(mutexName(address.name), address.endpoint, "currentUser");
  let listener: CopyDataListener;
  try {
    listener = new CopyDataListener(address, acceptor, guard);
  } catch (thrown) {
    guard.close();
    throw thrown;
  }
  await listener.opened;
  return listener;
}

class CopyDataListener implements TransportListener, ListenerUser {
  readonly endpoint: string;
  readonly #address: CopyDataAddress;
  readonly #acceptor: TransportAcceptor;
  readonly #guard: OwnedHandle;
  readonly #pump: PumpThread;
  readonly #listener: number;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #isClosing = false;

  constructor(address: CopyDataAddress, acceptor: TransportAcceptor, guard: OwnedHandle) {
    this.endpoint = address.endpoint;
    this.#address = address;
    this.#acceptor = acceptor;
    this.#guard = guard;
    this.#pump = usePump();
    this.#listener = this.#pump.addListener(this);
    const { name, allowLowerIntegrity } = address;
    if (allowLowerIntegrity) this.#pump.order({ kind: "allowLowerIntegrity" });
    this.#pump.order({
      kind: "listen",
      listener: this.#listener,
      title: windowTitle(name),
      allowLowerIntegrity,
    });
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  listenerEvent(event: ListenerEvent): void {
    switch (event.kind) {
      case "listening":
        return this.#opened.resolve();
      case "listenFailed":
        this.#release();
        return this.#opened.reject(new RpcError("internal", `listen on ${this.endpoint}: ${event.message}`));
      case "opening":
        return void this.#examine(event.client);
      case "unlistened":
        return this.#release();
    }
  }

  pumpFailed(error: RpcError): void {
    this.#opened.reject(error);
    this.#release();
    if (!this.#isClosing) this.#acceptor.failed(error);
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#pump.order({ kind: "unlisten", listener: this.#listener });
    }
    return this.#closed.promise;
  }

  /**
   * Releases the name after the window is destroyed, so that the next owner of the name is the only
   * one.
   */
  #release(): void {
    if (this.#guard.isClosed) return;
    this.#guard.close();
    this.#pump.removeListener(this.#listener);
    this.#pump.release();
    this.#closed.resolve();
  }

  /**
   * Checks the process that the opening names. The answer, with the key that opens the connection,
   * goes only to that process's window.
   */
  async #examine(client: ClientWindow): Promise<void> {
    const { endpoint, capabilities } = this.#address;
    let stream: CopyDataStream;
    try {
      if (this.#isClosing) throw new RpcError("unavailable", "the server is closing");
      stream = this.#open(client);
    } catch (thrown) {
      const { code, message } = RpcError.from(thrown, "internal");
      const refusal = { code: codeNumbers[code], text: message };
      this.#pump.order({ kind: "refuse", listener: this.#listener, client, ...refusal });
      return;
    }
    const opening = await stream.opened;
    // A client that has left meanwhile was a probe.
    if (opening.kind !== "established" || stream.destroyed || this.#isClosing) return void stream.destroy();
    this.#acceptor.accept(new ByteStreamConnection(stream, { capabilities, peer: stream.peer, endpoint }));
  }

  #open(client: ClientWindow): CopyDataStream {
    const peer = peerProcessOf(client.window, `listen on ${this.endpoint}`);
    this.#pump.use();
    const stream = new CopyDataStream(this.#pump, peer);
    stream.on("error", () => {});
    const ends = { key: randomBytes(keyBytes), shared: stream.shared };
    this.#pump.order({ kind: "accept", link: stream.link, listener: this.#listener, client, ends });
    return stream;
  }
}
