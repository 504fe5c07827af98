import { loadLibrary, nativeCallback, nodeEnvironment } from "./load-koffi.js";
import type { Address, Handle } from "./types.js";

/** Exports of the running program: parts of libuv and Node-API. */

const { declare, address } = loadLibrary(process.execPath);

const getEventLoop: (environment: unknown, loop: BigUint64Array) => number = declare(
  "int napi_get_uv_event_loop(void *environment, void *loop)",
);

/** http://docs.libuv.org/en/v1.x/handle.html#c.uv_handle_size */
const handleSize: (type: number) => number = declare("size_t uv_handle_size(int type)");

/** http://docs.libuv.org/en/v1.x/async.html#c.uv_async_init */
export const uvAsyncInit: (loop: Address, handle: Address, callback: Address) => number = declare(
  "int uv_async_init(uintptr_t loop, uintptr_t handle, uintptr_t callback)",
);

/**
 * Usable as a `WAITORTIMERCALLBACK`: it takes a pointer first and ignores the other argument.
 * http://docs.libuv.org/en/v1.x/async.html#c.uv_async_send
 */
export const uvAsyncSend: Address = address("uv_async_send");

/** http://docs.libuv.org/en/v1.x/handle.html#c.uv_ref */
export const uvRef: (handle: Address) => void = declare("void uv_ref(uintptr_t handle)");

/** http://docs.libuv.org/en/v1.x/handle.html#c.uv_unref */
export const uvUnref: (handle: Address) => void = declare("void uv_unref(uintptr_t handle)");

/** http://docs.libuv.org/en/v1.x/handle.html#c.uv_close */
export const uvClose: (handle: Address, closed: Address) => void = declare(
  "void uv_close(uintptr_t handle, uintptr_t closed)",
);

/**
 * Returns a file descriptor for a handle and makes it the handle's owner; -1 if too many are open.
 * http://docs.libuv.org/en/v1.x/fs.html#c.uv_open_osfhandle
 */
export const uvOpenOsfhandle: (handle: Handle) => number = declare("int uv_open_osfhandle(intptr_t handle)");

const addHook: (environment: unknown, run: Address, argument: number) => number = declare(
  "int napi_add_env_cleanup_hook(void *environment, uintptr_t run, uintptr_t argument)",
);

const removeHook: (environment: unknown, run: Address, argument: number) => number = declare(
  "int napi_remove_env_cleanup_hook(void *environment, uintptr_t run, uintptr_t argument)",
);

/** https://nodejs.org/api/n-api.html#napi_add_env_cleanup_hook */
export function addEnvironmentCleanupHook(run: Address, argument: number): void {
  addHook(nodeEnvironment, run, argument);
}

/** https://nodejs.org/api/n-api.html#napi_remove_env_cleanup_hook */
export function removeEnvironmentCleanupHook(run: Address, argument: number): void {
  removeHook(nodeEnvironment, run, argument);
}

/** `UV_ASYNC` of `uv_handle_type`: http://docs.libuv.org/en/v1.x/handle.html#c.uv_handle_type */
const uvAsyncType = 1;

/** Size of a `uv_async_t`. */
export const uvAsyncBytes = Number(handleSize(uvAsyncType));

/** Returns the event loop of this thread. */
export function eventLoop(): Address {
  const loop = new BigUint64Array(1);
  getEventLoop(nodeEnvironment, loop);
  return Number(loop[0]) as Address;
}

/** Registers a callback for a libuv handle. */
export function handleCallback(run: (handle: Address) => void): Address {
  return nativeCallback("void", ["uintptr_t"], run);
}
