import { RpcError } from "@crosspane/core";
import { assertOptions, canonicalName, type OptionNames, type Transport } from "@crosspane/core/transport";
import type { Access } from "../win32/access.js";
import { loadForWindows } from "../win32/load-for-windows.js";
import { capabilities } from "./capabilities.js";
import { isCapacity, maxCapacity, minCapacity } from "./layout.js";
import { defaultCapacity } from "./limits.js";
import { assertSharedMemoryName, type Place } from "./object-names.js";

/** Options for connections over shared memory. */
export interface SharedMemoryOptions {
  /**
   * Size in bytes of each of the two rings of a connection that is dialed with these options: a
   * power of two from 4 KiB to 64 MiB, by default 256 KiB. A ring holds the sent and unread bytes
   * of one direction; larger messages pass through it in parts.
   */
  readonly ringBytes?: number;
  /**
   * Access to the objects that this process creates, by default for the user that it runs as. If
   * server and client run as different users, each has to admit the other.
   */
  readonly access?: Access;
  /**
   * The user whose server is dialed, by name or security identifier (`S-1-5-21-…`), by default
   * the one that this process runs as.
   */
  readonly servedBy?: string;
}

const optionNames = {
  ringBytes: true,
  access: true,
  servedBy: true,
} satisfies OptionNames<SharedMemoryOptions>;

/**
 * Creates a transport over shared memory on Windows: the fastest between two processes of one logon
 * session. Each connection is a named file mapping with a ring in each direction; connecting needs
 * nothing else.
 *
 * Detects the exit of the peer's process, and the end of a worker thread inside it, even if it is
 * terminated.
 *
 * `dial` and `listen` reject with `unimplemented` on other systems.
 * @throws {RpcError} `invalidArgument` for a name that is empty, longer than 100 characters, or has
 * a slash, a backslash or a control character, and for an invalid ring size.
 */
export function sharedMemory(name: string, options: SharedMemoryOptions = {}): Transport {
  assertSharedMemoryName(name);
  assertOptions(`shm ${JSON.stringify(name)}`, options, optionNames);
  const { ringBytes = defaultCapacity, access = "currentUser", servedBy } = options;
  if (!isCapacity(ringBytes)) {
    throw new RpcError(
      "invalidArgument",
      `shm ${JSON.stringify(name)}: ringBytes must be a power of two from ${minCapacity} to ${maxCapacity}, got ${ringBytes}`,
    );
  }
  const endpoint = `shm:${name}`;
  return {
    endpoint,
    capabilities,
    // Loaded on use, so that a program for several systems can name this transport on all of them.
    async dial(signal, found) {
      const place = await placeOf(endpoint, name, servedBy);
      const { dialSharedMemory } = await loadForWindows(endpoint, () => import("./dial-shared-memory.js"));
      return dialSharedMemory({ endpoint, place, capacity: ringBytes, access }, signal, found);
    },
    async listen(acceptor) {
      const place = await placeOf(endpoint, name);
      const { listenSharedMemory } = await loadForWindows(
        endpoint,
        () => import("./listen-shared-memory.js"),
      );
      return listenSharedMemory({ endpoint, place, access, acceptor });
    },
  };
}

/**
 * @throws {RpcError} `invalidArgument` for an unknown user, `unimplemented` on other systems than
 * Windows.
 */
async function placeOf(endpoint: string, name: string, servedBy?: string): Promise<Place> {
  const { ownIdentity } = await loadForWindows(endpoint, () => import("../win32/process-identity.js"));
  const { toSid } = await loadForWindows(endpoint, () => import("../win32/security-attributes.js"));
  const { userSid, sessionId } = ownIdentity();
  return {
    userSid: servedBy === undefined ? userSid : toSid(servedBy),
    sessionId,
    name: canonicalName(name),
  };
}
