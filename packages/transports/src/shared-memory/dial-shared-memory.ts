import { clearInterval, setInterval } from "node:timers";
import { RpcError } from "@crosspane/core";
import { givenUp } from "../errors/given-up.js";
import type { Access } from "../win32/access.js";
import { NamedEvent } from "../win32/named-event.js";
import { openPeerProcess, type PeerProcess } from "../win32/peer-process.js";
import { ownIdentity } from "../win32/process-identity.js";
import { rendezvousSlots } from "./layout.js";
import { maxUnanswered, requestCheckMs } from "./limits.js";
import type { Link } from "./link.js";
import { linkState } from "./link-header.js";
import { type Place, randomId, wakeEventName } from "./object-names.js";
import { type OpenRendezvous, openRendezvous } from "./open-rendezvous.js";
import { isWaiting, postRequest, type Request } from "./rendezvous.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { verifyMaker } from "./verify-maker.js";
import { WindowsLink } from "./windows-link.js";

/** The server to dial, and options of the connection. */
export interface DialOptions {
  readonly endpoint: string;
  readonly place: Place;
  readonly capacity: number;
  readonly access: Access;
}

/**
 * Creates the objects of a connection, posts a request in the server's rendezvous and waits until
 * the server has opened them.
 * @throws {RpcError} `unavailable` if no server is listening, `permissionDenied`,
 * `failedPrecondition`, or the signal's reason.
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
    // The server may have accepted meanwhile and would wait for a first message.
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
  /**
   * The request is in the rendezvous, unless the server has taken it or another client has
   * overwritten it.
   */
  #isPosted = false;
  #unanswered = 0;

  constructor(options: DialOptions) {
    const { endpoint, capacity, access } = options;
    this.#options = options;
    this.#request = { linkId: randomId(), capacity };
    this.#server = findServer(options);
    this.link = WindowsLink.offer(endpoint, this.#request, { access, server: this.#server });
    try {
      this.#post();
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
        else if (isLate) this.#postAgain();
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

  /** Posts the request again if another client has overwritten it; see `postRequest`. */
  #postAgain(): void {
    const { mapping } = this.#openRendezvous();
    const waits = isWaiting(mapping.memory, this.#request);
    mapping.close();
    if (waits) return;
    if (this.#isPosted && ++this.#unanswered >= maxUnanswered) throw unanswered(this.#options.endpoint);
    this.#post();
  }

  #post(): void {
    const { mapping, header } = this.#openRendezvous();
    try {
      const wakeEvent = NamedEvent.open(wakeEventName(header.wakeEventId));
      // The server empties a full rendezvous when it wakes; the next check follows soon.
      this.#isPosted = postRequest(
        mapping.memory,
        this.#request,
        Math.floor(Math.random() * rendezvousSlots.count),
      );
      wakeEvent.set();
      wakeEvent.close();
    } finally {
      mapping.close();
    }
  }

  /**
   * Opens the rendezvous of the server that was found. Another server that has the name by now was
   * not verified, and its exit would not be detected.
   */
  #openRendezvous(): OpenRendezvous {
    const { endpoint, place } = this.#options;
    const rendezvous = openRendezvous(endpoint, place);
    const { serverProcessId, serverStartTime } = rendezvous.header;
    const { processId, startTime } = this.#server.identity;
    if (serverProcessId === processId && serverStartTime === startTime) return rendezvous;
    rendezvous.mapping.close();
    throw new RpcError("unavailable", `dial ${endpoint}: another server has taken the name meanwhile`);
  }
}

/**
 * Returns the process of the server. It and its rendezvous must belong to the user that it is
 * dialed as.
 */
function findServer({ endpoint, place }: DialOptions): PeerProcess {
  const { mapping, header } = openRendezvous(endpoint, place);
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
