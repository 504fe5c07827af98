import { Server, Socket } from "node:net";
import { MessagePort, Worker } from "node:worker_threads";
import type { Koffi } from "../../win32/koffi.js";
import type { Operations } from "./operations.js";

/**
 * Functions that say nothing about a conversation's progress, or run so early that nothing is open
 * yet.
 */
const uncounted =
  /^(GetLastError|FormatMessageW|LocalFree|RtlMoveMemory|GetProcAddress|uv_handle_size|napi_.*)$/;

/**
 * Makes each interaction of this process with the system an operation: sockets and pipes of Node,
 * functions of Windows, accesses to shared memory. It must run before the transports are loaded,
 * which do not know of it.
 */
export async function watchSystem(operations: Operations): Promise<void> {
  operations.watch(Socket.prototype, {
    connect: "connect",
    _write: "write",
    _writev: "write",
    push: "read",
    _read: "credit",
    _final: "end",
    _destroy: "destroy",
  });
  operations.watch(Server.prototype, {
    listen: "listen",
    close: "unlisten",
    emit: (event: string) => (event === "connection" ? "accept" : `server ${event}`),
  });
  operations.watch(MessagePort.prototype, { postMessage: "post" });
  operations.watch(Worker.prototype, { postMessage: "post", terminate: "terminate" });
  if (process.platform === "win32") await watchWindows(operations);
}

async function watchWindows(operations: Operations): Promise<void> {
  const built = (file: string) => new URL(`../../../dist/win32/${file}`, import.meta.url).href;
  // All modules share the one object of the native module.
  const { loadKoffi } = (await import(built("koffi.js"))) as { loadKoffi: () => Koffi };
  const koffi = loadKoffi();
  const load = koffi.load;
  koffi.load = (path) => {
    const library = load(path);
    const declare = library.func as (prototype: string) => (...parameters: unknown[]) => unknown;
    const func = (prototype: string) => {
      const name = /(\w+)\s*\(/.exec(prototype)?.[1] ?? prototype;
      const native = declare.call(library, prototype);
      if (uncounted.test(name)) return native;
      return (...parameters: unknown[]) => operations.run(name, () => native(...parameters));
    };
    return new Proxy(library, {
      get(target, key) {
        if (key === "func") return func;
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  // The copying back end, which victims use, makes every access to shared memory with one of these.
  const { CopiedMemory } = (await import(built("copied-memory.js"))) as {
    CopiedMemory: { prototype: object };
  };
  operations.watch(CopiedMemory.prototype, {
    load: (offset: number) => `load ${word(offset)}`,
    store: (offset: number) => `store ${word(offset)}`,
    read: () => "read",
    write: () => "copy",
  });
}

/**
 * Names a word by its offset: those at the start of a section have fixed meanings; those in rings
 * are frame headers.
 */
function word(offset: number): string {
  return offset < 4096 ? `${offset}` : "header";
}
