import { Server, Socket } from "node:net";
import { MessagePort, Worker } from "node:worker_threads";
import type { Operations } from "./operations.js";

/** Functions whose calls say nothing of a conversation's progress, or come so early that nothing is open yet. */
const uncounted =
  /^(GetLastError|FormatMessageW|LocalFree|RtlMoveMemory|GetProcAddress|uv_handle_size|napi_.*)$/;

/**
 * Makes each step that this process takes with the system an operation: sockets and pipes of Node, functions of Windows, accesses to
 * shared memory. It has to come before the transports are loaded. Nothing in them knows of it.
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
  const { default: koffi } = await import("koffi");
  const load = koffi.load;
  koffi.load = (...args) => {
    const library = load(...args);
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
  // The copying back end, which victims use, does every access to shared memory by one of these.
  const built = new URL("../../../dist/win32/copied-memory.js", import.meta.url).href;
  const { CopiedMemory } = (await import(built)) as { CopiedMemory: { prototype: object } };
  operations.watch(CopiedMemory.prototype, {
    load: (offset: number) => `load ${word(offset)}`,
    store: (offset: number) => `store ${word(offset)}`,
    read: () => "read",
    write: () => "copy",
  });
}

/** Words at the start of a section have a meaning of their own; those in rings are frame headers. */
function word(offset: number): string {
  return offset < 4096 ? `${offset}` : "header";
}
