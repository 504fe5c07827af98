import { Duplex } from "node:stream";
import type { PeerInfo, RpcError } from "@crosspane/core";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { sharedWindow, window as windowCells } from "./chunk-receiver.js";
import { sendWindowBytes } from "./copy-data-limits.js";
import { describeBreak } from "./describe-break.js";
import type { PeerProcess } from "./peer-process.js";
import type { LinkEvent, LinkUser, PumpThread } from "./pump-thread.js";

/** Result of the opening of a stream; `failed` means that this program's own pump failed. */
export type Opening =
  | Extract<LinkEvent, { readonly kind: "established" | "refused" | "broken" }>
  | { readonly kind: "failed"; readonly error: RpcError };

/**
 * One connection as a stream of bytes: the pump sends written bytes in chunks, and received bytes
 * are read. It is destroyed with an error when the peer exits, hangs or violates the protocol. It
 * owns the peer's process handle.
 */
export class CopyDataStream extends Duplex implements LinkUser {
  /** Progress of the reader, shared with the pump. */
  readonly shared = sharedWindow();
  readonly link: number;
  readonly #pump: PumpThread;
  readonly #peer: PeerProcess;
  readonly #watch: HandleWatch;
  readonly #opened = Promise.withResolvers<Opening>();
  #isOpen = false;
  #holdsProcess = true;
  #unread = 0;
  #outstanding = 0;
  #whenTaken: (() => void) | undefined;
  /**
   * True when the pump has nothing more to send. The peer's end may cause this before this side
   * asks for it.
   */
  #hasEnded = false;
  #whenEnded: (() => void) | undefined;

  /**
   * @param pump released when this stream is destroyed, or if it cannot be created.
   * @throws {RpcError} the system's error.
   */
  constructor(pump: PumpThread, peer: PeerProcess) {
    super({ allowHalfOpen: true });
    this.#pump = pump;
    this.#peer = peer;
    try {
      this.#watch = watchHandle(peer.handle.value, () => this.#peerDied(), { once: true });
    } catch (thrown) {
      pump.release();
      peer.handle.close();
      throw thrown;
    }
    this.link = pump.addLink(this);
  }

  /** The peer of the connection. */
  get peer(): PeerInfo {
    return this.#peer.peer;
  }

  /** Resolves with the first event of the pump; `established` means that bytes can flow. */
  get opened(): Promise<Opening> {
    return this.#opened.promise;
  }

  ref(): void {
    if (this.#holdsProcess || this.destroyed) return;
    this.#holdsProcess = true;
    this.#pump.hold();
  }

  unref(): void {
    if (!this.#holdsProcess || this.destroyed) return;
    this.#holdsProcess = false;
    this.#pump.unhold();
  }

  linkEvent(event: LinkEvent): void {
    switch (event.kind) {
      case "established":
      case "refused":
        this.#isOpen = event.kind === "established";
        return this.#opened.resolve(event);
      case "broken":
        this.#opened.resolve(event);
        if (this.#isOpen) this.destroy(describeBreak(event.break, this.#peer));
        return;
      case "data":
        this.#unread += event.bytes.length;
        if (this.push(event.bytes)) this.#consumed();
        return;
      case "taken":
        this.#outstanding -= event.bytes;
        if (this.#outstanding < sendWindowBytes) this.#goOn();
        return;
      case "peerEnd":
        this.push(null);
        return;
      case "ended":
        this.#hasEnded = true;
        this.#whenEnded?.();
        return;
    }
  }

  pumpFailed(error: RpcError): void {
    this.#opened.resolve({ kind: "failed", error });
    this.destroy(error);
  }

  override _read(): void {
    this.#consumed();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // Copied, because the writer reuses its buffer and the pump's must not change.
    const bytes = new Uint8Array(chunk);
    this.#outstanding += bytes.length;
    this.#pump.order({ kind: "send", link: this.link, bytes }, [bytes.buffer]);
    if (this.#outstanding < sendWindowBytes) done();
    else this.#whenTaken = done;
  }

  override _final(done: () => void): void {
    if (this.#hasEnded) return done();
    this.#whenEnded = done;
    this.#pump.order({ kind: "end", link: this.link });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#pump.order({ kind: "drop", link: this.link });
    this.#pump.removeLink(this.link);
    if (!this.#holdsProcess) this.#pump.hold();
    this.#pump.release();
    this.#opened.resolve({ kind: "broken", link: this.link, break: "gone" });
    void this.#watch.close().then(() => {
      this.#peer.handle.close();
      done(error);
    });
  }

  #goOn(): void {
    const done = this.#whenTaken;
    this.#whenTaken = undefined;
    done?.();
  }

  /** Reports consumed bytes to the pump. Wakes it only if it has refused chunks of the peer. */
  #consumed(): void {
    if (this.#unread === 0) return;
    Atomics.add(this.shared, windowCells.consumed, this.#unread);
    this.#unread = 0;
    if (Atomics.exchange(this.shared, windowCells.held, 0) === 1) {
      this.#pump.order({ kind: "room", link: this.link });
    }
  }

  /**
   * Reports the exit through the pump, which may still hold bytes of the peer. A pump that is
   * starting holds none, and is not waited for.
   */
  #peerDied(): void {
    if (!this.#pump.isRunning) {
      return this.#opened.resolve({ kind: "broken", link: this.link, break: "died" });
    }
    this.#pump.order({ kind: "peerExited", link: this.link });
  }
}
