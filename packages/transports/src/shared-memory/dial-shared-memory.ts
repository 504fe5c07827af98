import { clearInterval, setInterval } from "node:timers";
import { RpcError } from "@crosspane/core";
import { givenUp } from "../errors/given-up.js";
import { NamedEvent } from "../win32/named-event.js";
import { openPeerProcess, type PeerProcess } from "../win32/peer-process.js";
import { ownIdentity } from "../win32/process-identity.js";
import type { Access } from "../win32/security-attributes.js";
import { lobbySlots } from "./layout.js";
import { maxUnanswered, requestCheckMs } from "./limits.js";
import type { Link } from "./link.js";
import { linkState } from "./link-header.js";
import { isWaiting, leaveRequest, type Request } from "./lobby.js";
import { bellName, type Place, randomId } from "./object-names.js";
import { type OpenLobby, openLobby } from "./open-lobby.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { verifyMaker } from "./verify-maker.js";
import { WindowsLink } from "./windows-link.js";

/** What is dialed, and how. */
export interface DialOptions {
  readonly endpoint: string;
  readonly place: Place;
  readonly capacity: number;
  readonly access: Access;
}

/**
 * Makes the objects of a connection, leaves word in the server's lobby and waits until the server has opened them.
 * @throws {RpcError} `unavailable` if nobody listens, `permissionDenied`, `failedPrecondition`, or the signal's reason.
 */
export async function dialSharedMemory(
  options: DialOptions,
  signal: AbortSignal,
  found?: () => void,
): Promise<SharedMemoryConnection> {
  if (signal.aborted) throw givenUp(options.endpoint, signal);
  const dialing = new Dialing(options);
  found?.();
  try {
    await dialing.answered(signal);
    return new SharedMemoryConnection(dialing.link);
  } catch (error) {
    // The server may have accepted meanwhile and would wait for a first word.
    const unwanted = new SharedMemoryConnection(dialing.link);
    unwanted.abort(RpcError.from(error));
    await unwanted.close();
    throw error;
  }
}

class Dialing {
  readonly link: Link;
  readonly #options: DialOptions;
  readonly #request: Request;
  readonly #server: PeerProcess;
  /** It is in the lobby, unless the server or another client has taken it out. */
  #isLeft = false;
  #unanswered = 0;

  constructor(options: DialOptions) {
    const { endpoint, capacity, access } = options;
    this.#options = options;
    this.#request = { linkId: randomId(), capacity };
    this.#server = findServer(options);
    this.link = WindowsLink.offer(endpoint, this.#request, { access, server: this.#server });
    try {
      this.#leave();
    } catch (error) {
      void this.link.release();
      throw error;
    }
  }

  /** Resolves when the server has accepted. */
  answered(signal: AbortSignal): Promise<void> {
    const { endpoint } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = (isLate: boolean) => {
      try {
        const state = linkState(this.link.memory);
        if (state === "accepted") resolve();
        else if (state !== "offered") reject(refused(endpoint, state));
        else if (isLate) this.#leaveAgain();
      } catch (error) {
        reject(error);
      }
    };
    const onAbort = () => reject(givenUp(endpoint, signal, `process ${this.#server.identity.processId}`));
    const timer = setInterval(() => check(true), requestCheckMs);
    signal.addEventListener("abort", onAbort);
    this.link.listen({
      woken: () => check(false),
      peerGone: () => reject(new RpcError("unavailable", `dial ${endpoint}: the server ended meanwhile`)),
    });
    check(false);
    return promise.finally(() => {
      clearInterval(timer);
      signal.removeEventListener("abort", onAbort);
    });
  }

  /** The request may have been spoiled by another client's: see the lobby. */
  #leaveAgain(): void {
    const { mapping } = this.#openLobby();
    const waits = isWaiting(mapping.memory, this.#request);
    mapping.close();
    if (waits) return;
    if (this.#isLeft && ++this.#unanswered >= maxUnanswered) throw unanswered(this.#options.endpoint);
    this.#leave();
  }

  #leave(): void {
    const { mapping, header } = this.#openLobby();
    try {
      const bell = NamedEvent.open(bellName(header.bellId));
      // A full lobby is emptied when the bell rings; there is another look soon.
      this.#isLeft = leaveRequest(
        mapping.memory,
        this.#request,
        Math.floor(Math.random() * lobbySlots.count),
      );
      bell.set();
      bell.close();
    } finally {
      mapping.close();
    }
  }

  /** The lobby of the server that was found: another one that has its name by now was not verified, and its end would not be noticed. */
  #openLobby(): OpenLobby {
    const { endpoint, place } = this.#options;
    const lobby = openLobby(endpoint, place);
    const { serverProcessId, serverStartTime } = lobby.header;
    const { processId, startTime } = this.#server.identity;
    if (serverProcessId === processId && serverStartTime === startTime) return lobby;
    lobby.mapping.close();
    throw new RpcError("unavailable", `dial ${endpoint}: another server has taken the name meanwhile`);
  }
}

/** The process of the server, which has to be of the user in whose name it listens, as its lobby has. */
function findServer({ endpoint, place }: DialOptions): PeerProcess {
  const { mapping, header } = openLobby(endpoint, place);
  using _ = mapping;
  const server = openPeerProcess(header.serverProcessId, header.serverStartTime);
  try {
    verifyMaker(mapping.owner, server, `dial ${endpoint}: the server`);
    if (server.identity.userSid === place.userSid) return server;
  } catch (error) {
    server.handle.close();
    throw error;
  }
  server.handle.close();
  throw new RpcError(
    "permissionDenied",
    `dial ${endpoint}: the server runs as ${server.identity.userSid}, not as ${place.userSid}` +
      (place.userSid === ownIdentity().userSid ? " as this process does" : ""),
  );
}

function unanswered(endpoint: string): RpcError {
  return new RpcError(
    "unavailable",
    `dial ${endpoint}: the server takes the request and does not answer it: it may not open what this process has made (option ` +
      "access), or it has no room for it",
  );
}

function refused(endpoint: string, state: string): RpcError {
  return state === "denied"
    ? new RpcError("permissionDenied", `dial ${endpoint}: the server does not admit this process`)
    : new RpcError(
        "unavailable",
        `dial ${endpoint}: the server could not open the memory of this connection`,
      );
}
