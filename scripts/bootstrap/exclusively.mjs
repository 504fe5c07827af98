import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Runs the work while no other process on this machine runs work of the same name.
 *
 * The lock is a listening socket, because the system frees it when its owner dies: a killed owner
 * leaves no lock behind, and waiting processes learn of it at once.
 *
 * @template T
 * @param {string} name letters, digits and dashes
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function exclusively(name, work, onWait = () => {}) {
  const address = lockAddress(name);
  let waited = false;
  let server = await tryToListen(address);
  while (server === undefined) {
    if (!waited) onWait();
    waited = true;
    await waitForOwner(address);
    server = await tryToListen(address);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** @param {string} name */
function lockAddress(name) {
  const full = `crosspane-${process.getuid?.() ?? "user"}-${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${full}`;
  // An abstract socket: it has no file, so it leaves nothing behind.
  if (process.platform === "linux") return `\0${full}`;
  return path.join(tmpdir(), `${full}.lock`);
}

/**
 * @param {string} address
 * @returns {Promise<import("node:net").Server | undefined>} undefined if another process has it
 */
async function tryToListen(address) {
  // A client waits for the end of its connection, which is the end of this process or of its work.
  const waiting = new Set();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => {});
    socket.unref();
  });
  const close = server.close.bind(server);
  server.close = (callback) => {
    close(callback);
    for (const socket of waiting) socket.destroy();
    return server;
  };
  server.listen(address);
  try {
    await once(server, "listening");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EADDRINUSE") return undefined;
    throw error;
  }
  server.unref();
  return server;
}

/** @param {string} address */
async function waitForOwner(address) {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    await once(socket, "close");
  } catch {
    // The owner is dead. If the lock is a file, its owner could not remove it.
    if (!address.startsWith("\0") && process.platform !== "win32") rmSync(address, { force: true });
  }
}
