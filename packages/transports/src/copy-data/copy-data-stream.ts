import { Duplex } from "node:stream";
import type { PeerInfo, RpcError } from "@crosspane/core";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { sharedWindow, window as windowCells } from "./chunk-receiver.js";
import { sendWindowBytes } from "./copy-data-limits.js";
import { describeBreak } from "./describe-break.js";
import type { PeerProcess } from "./peer-process.js";
import type { LinkEvent, LinkUser, PumpThread } from "./pump-thread.js";

/** What becomes of the opening of a stream; `failed` if it is this program's own pump that has. */
export type Opening =
  | Extract<LinkEvent, { readonly kind: "established" | "refused" | "broken" }>
  | { readonly kind: "failed"; readonly error: RpcError };

/**
 * One connection as a stream of bytes: what is written goes out in chunks by the pump, what comes is read. It is destroyed with an error
 * when the peer dies, hangs or breaks the protocol. It owns the peer's process handle.
 */
export class CopyDataStream extends Duplex implements LinkUser {
  /** What the pump and this share: how far the reader is. */
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
  /** The pump has nothing more to send, which it may find out by the peer before it is told. */
  #hasEnded = false;
  #whenEnded: (() => void) | undefined;

  /**
   * @param pump to be released by this when it is destroyed, or if it cannot be made.
   * @throws {RpcError} what the system says.
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

  /** Who is at the other end. */
  get peer(): PeerInfo {
    return this.#peer.peer;
  }

  /** Resolves with the first word of the pump; `established` means that bytes can flow. */
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
    // The writer uses its buffer again, and the pump's must not change.
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

  /** Tells the pump, without waking it unless it has sent the peer away. */
  #consumed(): void {
    if (this.#unread === 0) return;
    Atomics.add(this.shared, windowCells.consumed, this.#unread);
    this.#unread = 0;
    if (Atomics.exchange(this.shared, windowCells.held, 0) === 1) {
      this.#pump.order({ kind: "room", link: this.link });
    }
  }

  /** By way of the pump, which may still have something of the peer's; one that only starts has nothing, and is not waited for. */
  #peerDied(): void {
    if (!this.#pump.isRunning) {
      return this.#opened.resolve({ kind: "broken", link: this.link, break: "died" });
    }
    this.#pump.order({ kind: "peerExited", link: this.link });
  }
}
