import { setImmediate } from "node:timers";
import { atWorkerEnd } from "./environment-end.js";
import { registerWaitForSingleObject, unregisterWaitAddress, unregisterWaitEx } from "./kernel32.js";
import { allocate, release } from "./load-koffi.js";
import {
  eventLoop,
  handleCallback,
  uvAsyncBytes,
  uvAsyncInit,
  uvAsyncSend,
  uvClose,
  uvRef,
  uvUnref,
} from "./node-exe.js";
import { type Address, type Handle, invalidHandle, nullAddress } from "./types.js";
import { unrefUnlisted } from "./unref-unlisted.js";
import { win32Error } from "./win32-error.js";

/** A handle that is watched until `close`. */
export interface HandleWatch {
  /** Keeps the event loop alive from now on. */
  ref(): void;
  unref(): void;
  /**
   * Runs a function that waits for the handle itself; the watch consumes no signal meanwhile.
   * @throws {RpcError} the system's error if the watch cannot be resumed; the watch is closed then.
   */
  suspended<T>(run: () => T): T;
  /**
   * Ends the watch; `signaled` is not called any more. Resolves when it is released. Idempotent.
   */
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Reports only once, for objects that stay signaled, such as a process that has ended. */
  readonly once?: boolean;
}

const forever = 0xffff_ffff;
/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-registerwaitforsingleobject */
const executeInWaitThread = 0x4;
const executeOnlyOnce = 0x8;

/**
 * Calls `signaled` on this thread's event loop whenever the object is signaled; signals that come
 * close together are reported once. The handle has to stay open until `close` was called. Does not
 * keep the event loop alive until `ref` is called.
 *
 * A thread of the system waits (one for 63 objects) and wakes libuv; neither a thread of libuv's
 * pool nor JavaScript waits.
 * @throws {RpcError} the system's error.
 */
export function watchHandle(handle: Handle, signaled: () => void, options: WatchOptions = {}): HandleWatch {
  const flags = executeInWaitThread | (options.once === true ? executeOnlyOnce : 0);
  const watch = new RegisteredWatch(handle, flags, signaled);
  watch.register();
  return watch;
}

class RegisteredWatch implements HandleWatch {
  readonly #async: Address;
  readonly #handle: Handle;
  readonly #flags: number;
  readonly #signaled: () => void;
  readonly #closed = Promise.withResolvers<void>();
  #wait: Handle | undefined;
  #forgetAtWorkerEnd: (() => void) | undefined;
  #isClosing = false;
  #isQueued = false;

  constructor(handle: Handle, flags: number, signaled: () => void) {
    this.#handle = handle;
    this.#flags = flags;
    this.#signaled = signaled;
    this.#async = allocate(uvAsyncBytes);
    uvAsyncInit(thisLoop(), this.#async, onWake());
    unrefUnlisted(this.#async);
    watches.set(this.#async, this);
  }

  register(): void {
    const wait = new BigInt64Array(1);
    const handle = this.#handle;
    if (registerWaitForSingleObject(wait, handle, uvAsyncSend, this.#async, forever, this.#flags) === 0) {
      const error = win32Error("RegisterWaitForSingleObject", `handle ${handle}`);
      void this.close();
      throw error;
    }
    this.#wait = Number(wait[0]) as Handle;
    this.#forgetAtWorkerEnd = atWorkerEnd(unregisterWaitAddress, this.#wait);
  }

  ref(): void {
    if (!this.#isClosing) uvRef(this.#async);
  }

  unref(): void {
    if (!this.#isClosing) uvUnref(this.#async);
  }

  suspended<T>(run: () => T): T {
    this.#unregister();
    try {
      return run();
    } finally {
      if (!this.#isClosing) this.register();
    }
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#stop();
      uvClose(this.#async, onClosed());
    }
    return this.#closed.promise;
  }

  /**
   * Closes the libuv handle when the environment ends and runs no JavaScript any more: the loop
   * must end without it.
   */
  closeAtExit(): void {
    if (this.#isClosing) return;
    this.#stop();
    uvClose(this.#async, nullAddress);
  }

  /**
   * Schedules `signaled` for the next phase of the same loop. Native code enters a callback outside
   * of a turn of the loop: on some versions of Node neither `nextTick` nor promises run after it.
   */
  wake(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    setImmediate(() => {
      this.#isQueued = false;
      if (!this.#isClosing) this.#signaled();
    });
  }

  finish(): void {
    release(this.#async);
    this.#closed.resolve();
  }

  #stop(): void {
    this.#isClosing = true;
    this.#unregister();
  }

  /**
   * Returns when the system's thread is done with the handle. That thread needs no JavaScript, so
   * this cannot deadlock.
   */
  #unregister(): void {
    if (this.#wait === undefined) return;
    this.#forgetAtWorkerEnd?.();
    unregisterWaitEx(this.#wait, invalidHandle);
    this.#wait = undefined;
  }
}

/** The watches of this thread by the address of their libuv handle. */
const watches = new Map<Address, RegisteredWatch>();

const thisLoop = once(eventLoop);
const onWake = once(() => {
  process.once("exit", () => {
    for (const watch of watches.values()) watch.closeAtExit();
  });
  return handleCallback((handle) => watches.get(handle)?.wake());
});
const onClosed = once(() =>
  handleCallback((handle) => {
    const watch = watches.get(handle);
    watches.delete(handle);
    // Deferred for the same reason as in `wake`: waiters of the promise need a turn.
    setImmediate(() => watch?.finish());
  }),
);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
