import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import {
  cancelIoEx,
  connectNamedPipe,
  createEvent,
  getLastError,
  getOverlappedResult,
  moveFromAddress,
  moveToAddress,
} from "../win32/kernel32.js";
import { allocate, release } from "../win32/load-koffi.js";
import { OwnedHandle } from "../win32/owned-handle.js";
import type { Address } from "../win32/types.js";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { errorCodes, win32Error } from "../win32/win32-error.js";
import { instanceRetryMs } from "./pipe-limits.js";

/** https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped */
const overlappedBytes = 32;
const eventOffset = 24;
/** `STATUS_PENDING`, in the first word of an OVERLAPPED while the system uses it. */
const statusPending = 0x103;

/** Services of the listener for a {@link WaitingInstance}. */
export interface WaitingInstanceOwner {
  readonly path: string;
  /** Creates the next instance of the pipe. */
  make(): OwnedHandle;
  /** Takes ownership of an instance whose client has connected. */
  connected(instance: OwnedHandle): void;
  /** Reports that no instance waits here for a moment; it is tried again. */
  failed(error: RpcError): void;
}

/**
 * One of a listener's slots for waiting clients: an instance, and after it the next. Keeps the
 * event loop alive.
 *
 * `ConnectNamedPipe` works in the background and signals an event, which is watched. Its OVERLAPPED
 * is memory that the garbage collector does not move; it is freed when the system is done with it.
 */
export class WaitingInstance {
  readonly #owner: WaitingInstanceOwner;
  readonly #overlapped: Address;
  readonly #event: OwnedHandle;
  readonly #watch: HandleWatch;
  #instance: OwnedHandle | undefined;
  #isPending = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  /** @throws {RpcError} the system's error; nothing is left then. */
  constructor(owner: WaitingInstanceOwner) {
    this.#owner = owner;
    this.#event = OwnedHandle.from(createEvent(null, 0, 0, null), "CreateEventW", `for ${owner.path}`);
    try {
      this.#watch = watchHandle(this.#event.value, () => this.#signaled());
    } catch (error) {
      this.#event.close();
      throw error;
    }
    this.#watch.ref();
    this.#overlapped = allocate(overlappedBytes);
  }

  /**
   * Waits for a client.
   * @param instance an instance of the pipe; ownership passes to this object.
   * @throws {RpcError} the system's error; the instance is closed then.
   */
  start(instance: OwnedHandle): void {
    const overlapped = Buffer.alloc(overlappedBytes);
    overlapped.writeBigInt64LE(BigInt(this.#event.value), eventOffset);
    moveToAddress(this.#overlapped, overlapped, overlappedBytes);
    this.#instance = instance;
    const done = connectNamedPipe(instance.value, this.#overlapped) !== 0;
    const code = done ? errorCodes.pipeConnected : getLastError();
    switch (code) {
      case errorCodes.ioPending:
        this.#isPending = true;
        return;
      case errorCodes.pipeConnected:
        // The client connected before the wait. Deferred, because the caller is not done with the
        // instance.
        setImmediate(() => this.#connected());
        return;
      case errorCodes.noData:
        // The client has even left again.
        this.#drop();
        setImmediate(() => this.#next());
        return;
      default:
        this.#drop();
        throw win32Error("ConnectNamedPipe", this.#owner.path, code);
    }
  }

  /** Stops waiting. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    if (this.#isPending && this.#instance !== undefined) cancelIoEx(this.#instance.value, this.#overlapped);
    this.#drop();
    const watch = this.#watch.close();
    while (this.#isPending && this.#systemUsesOverlapped()) await nextTurn();
    await watch;
    this.#event.close();
    release(this.#overlapped);
  }

  #signaled(): void {
    if (!this.#isPending || this.#instance === undefined) return;
    if (getOverlappedResult(this.#instance.value, this.#overlapped, new Uint32Array(1), 0) !== 0) {
      this.#isPending = false;
      return this.#connected();
    }
    if (getLastError() === errorCodes.ioIncomplete) return;
    this.#isPending = false;
    this.#drop();
    this.#next();
  }

  #connected(): void {
    const instance = this.#instance;
    if (this.#isClosed || instance === undefined) return;
    this.#instance = undefined;
    // First, so that the next client finds an instance while this one is examined.
    this.#next();
    this.#owner.connected(instance);
  }

  #next(): void {
    if (this.#isClosed) return;
    try {
      this.start(this.#owner.make());
    } catch (thrown) {
      this.#retry = setTimeout(() => this.#next(), instanceRetryMs);
      this.#owner.failed(RpcError.from(thrown, "internal"));
    }
  }

  #drop(): void {
    this.#instance?.close();
    this.#instance = undefined;
  }

  #systemUsesOverlapped(): boolean {
    const status = Buffer.alloc(8);
    moveFromAddress(status, this.#overlapped, status.length);
    return status.readBigUInt64LE() === BigInt(statusPending);
  }
}
