import { RpcError } from "@crosspane/core";
import { assertOptions, canonicalName, type OptionNames, type Transport } from "@crosspane/core/transport";
import { loadForWindows } from "../win32/load-for-windows.js";
import type { Access } from "../win32/security-attributes.js";
import { capabilities } from "./capabilities.js";
import { isCapacity, maxCapacity, minCapacity } from "./layout.js";
import { defaultCapacity } from "./limits.js";
import { assertSharedMemoryName, type Place } from "./object-names.js";

/** How a connection over shared memory is made. */
export interface SharedMemoryOptions {
  /**
   * Bytes of each of the two rings of a connection that is dialed with these options: a power of two from 4 KiB to 64 MiB, 256 KiB unless
   * given. A ring holds what one side has sent and the other has not read; larger messages flow through it in parts.
   */
  readonly ringBytes?: number;
  /**
   * Who may open what this process makes: the user that it runs as, unless given. For a server and a client of different users both have to
   * admit the other.
   */
  readonly access?: Access;
  /** The user whose server is dialed, by name or security identifier (`S-1-5-21-…`): the one that this process runs as, unless given. */
  readonly servedBy?: string;
}

const optionNames = {
  ringBytes: true,
  access: true,
  servedBy: true,
} satisfies OptionNames<SharedMemoryOptions>;

/**
 * Shared memory on Windows: the fastest way between two processes of one logon session. Each connection is a named file mapping
 * with a ring in each direction; nothing else is needed to connect.
 *
 * The death of the peer's process is noticed, and the end of a worker thread inside it, also of one that is terminated.
 * `dial` and `listen` reject with `unimplemented` elsewhere.
 * @throws {RpcError} `invalidArgument` for a name that is empty, longer than 100 characters, or has a slash, a backslash or a control
 * character, and for a ring size that cannot be.
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
    // Loaded when needed, so that a program for several systems can name this transport on all of them.
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

/** @throws {RpcError} `invalidArgument` for a user that does not exist, `unimplemented` where there is no Windows. */
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
