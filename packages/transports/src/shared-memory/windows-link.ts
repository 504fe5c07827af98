import { RpcError } from "@crosspane/core";
import type { PeerInfo } from "@crosspane/core/transport";
import type { Access } from "../win32/access.js";
import { atWorkerEnd } from "../win32/environment-end.js";
import { FileMapping } from "../win32/file-mapping.js";
import {
  getSystemTimeAsFileTimeAddress,
  setEventAddress,
  waitForMultipleObjects,
  waitForSingleObject,
} from "../win32/kernel32.js";
import { NamedEvent } from "../win32/named-event.js";
import { peerFacts } from "../win32/peer-facts.js";
import { openPeerProcess, type PeerProcess } from "../win32/peer-process.js";
import { ownIdentity } from "../win32/process-identity.js";
import type { SharedMemory } from "../win32/shared-memory.js";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { withSigner } from "../win32/with-signer.js";
import { capabilities } from "./capabilities.js";
import { keepAll } from "./keep-all.js";
import { isCapacity, linkBytes, ringPlaces } from "./layout.js";
import type { Link, LinkEvents } from "./link.js";
import { readLinkHeader, setLinkState, writeLinkHeader } from "./link-header.js";
import { linkNames } from "./object-names.js";
import type { Request } from "./rendezvous.js";
import { verifyMaker } from "./verify-maker.js";

/** The objects of one connection, in the order of their creation. */
interface LinkObjects {
  readonly mapping: FileMapping;
  readonly ownEvent: NamedEvent;
  readonly peerEvent: NamedEvent;
  readonly peer: PeerProcess;
}

const signaled = 0;

/** Memory, events and peer process of a connection. */
export class WindowsLink implements Link {
  readonly endpoint: string;
  readonly side: "client" | "server";
  readonly capacity: number;
  readonly memory: SharedMemory;
  readonly peer: PeerInfo;
  readonly #objects: LinkObjects;
  readonly #wakes: HandleWatch;
  readonly #end: HandleWatch;
  readonly #forgetAtWorkerEnd: () => void;
  #events: LinkEvents | undefined;
  #released: Promise<void> | undefined;

  private constructor(
    endpoint: string,
    side: "client" | "server",
    { capacity, objects }: { readonly capacity: number; readonly objects: LinkObjects },
  ) {
    this.endpoint = endpoint;
    this.side = side;
    this.capacity = capacity;
    this.#objects = objects;
    this.memory = objects.mapping.memory;
    const { identity } = objects.peer;
    this.peer = withSigner(
      { transport: capabilities.name, address: endpoint, ...peerFacts(identity) },
      identity,
    );
    this.#wakes = watchHandle(objects.ownEvent.value, () => this.#events?.woken());
    try {
      this.#end = watchHandle(objects.peer.handle.value, () => this.#events?.peerGone(), { once: true });
    } catch (error) {
      void this.#wakes.close();
      throw error;
    }
    this.#forgetAtWorkerEnd = breakOffAtWorkerEnd(objects, side, capacity);
    // An open connection keeps the program running, like a socket.
    this.#wakes.ref();
  }

  /**
   * Creates the objects of a connection to the server in this process; any process that knows the
   * id can try to open them.
   * @throws {RpcError} `permissionDenied`, `resourceExhausted`. The handle of the server's process
   * is closed then.
   */
  static offer(
    endpoint: string,
    request: Request,
    { access, server }: { readonly access: Access; readonly server: PeerProcess },
  ): WindowsLink {
    const names = linkNames(request.linkId);
    const { capacity } = request;
    return keepAll((keep) => {
      keep(server.handle);
      const mapping = keep(FileMapping.create(names.memory, linkBytes(capacity), access));
      const ownEvent = keep(NamedEvent.create(names.clientEvent, access));
      const peerEvent = keep(NamedEvent.create(names.serverEvent, access));
      const { processId, startTime } = ownIdentity();
      writeLinkHeader(mapping.memory, { capacity, clientProcessId: processId, clientStartTime: startTime });
      const objects = { mapping, ownEvent, peerEvent, peer: server };
      return new WindowsLink(endpoint, "client", { capacity, objects });
    });
  }

  /**
   * Opens the objects that a client has created. A client that is refused is notified. Memory that
   * is not an offer, or not any more, is left unchanged: a request can arrive twice, or be mixed
   * with another client's.
   * @throws {RpcError} `unavailable` if they do not exist, `failedPrecondition` if they are not an
   * offer of a connection, `permissionDenied`.
   */
  static accept(
    endpoint: string,
    { linkId, capacity }: Request,
    admit: (client: PeerProcess) => void,
  ): WindowsLink {
    if (!isCapacity(capacity)) throw notAConnection(endpoint);
    const names = linkNames(linkId);
    return keepAll((keep) => {
      const mapping = keep(FileMapping.open(names.memory, linkBytes(capacity)));
      const { memory } = mapping;
      const header = readLinkHeader(memory, capacity);
      if (header === undefined) throw notAConnection(endpoint);
      const peerEvent = keep(NamedEvent.open(names.clientEvent));
      try {
        const ownEvent = keep(NamedEvent.open(names.serverEvent));
        const peer = openPeerProcess(header.clientProcessId, header.clientStartTime);
        keep(peer.handle);
        verifyMaker(mapping.owner, peer, `accept on ${endpoint}: a client`);
        admit(peer);
        const objects = { mapping, ownEvent, peerEvent, peer };
        const link = new WindowsLink(endpoint, "server", { capacity, objects });
        setLinkState(memory, "accepted");
        peerEvent.set();
        return link;
      } catch (error) {
        setLinkState(memory, RpcError.from(error).code === "permissionDenied" ? "denied" : "refused");
        peerEvent.set();
        throw error;
      }
    });
  }

  wakePeer(): void {
    this.#objects.peerEvent.set();
  }

  listen(events: LinkEvents): void {
    this.#events = events;
  }

  wait(fallAsleep: () => boolean, timeoutMs: number): void {
    const { ownEvent, peer } = this.#objects;
    const handles = BigInt64Array.of(BigInt(ownEvent.value), BigInt(peer.handle.value));
    this.#wakes.suspended(() => {
      if (fallAsleep()) waitForMultipleObjects(handles.length, handles, 0, Math.ceil(timeoutMs));
    });
  }

  isPeerGone(): boolean {
    return waitForSingleObject(this.#objects.peer.handle.value, 0) === signaled;
  }

  holdProcess(holds: boolean): void {
    if (holds) this.#wakes.ref();
    else this.#wakes.unref();
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    this.#events = undefined;
    this.#forgetAtWorkerEnd();
    // The waits have to end before the handles are closed.
    const closed = [this.#wakes, this.#end].map((watch) => watch.close());
    const { mapping, ownEvent, peerEvent, peer } = this.#objects;
    for (const each of [mapping, ownEvent, peerEvent, peer.handle]) each.close();
    await Promise.all(closed);
  }
}

/**
 * Marks the ring as broken off when a worker is terminated. Such a worker runs no JavaScript that
 * could do it, and its process lives on, so the peer would wait for ever. A native call stores the
 * system time in `ended`: anything but the known words means "broken off".
 * @returns a function that unregisters it.
 */
function breakOffAtWorkerEnd(
  { mapping, peerEvent }: LinkObjects,
  side: "client" | "server",
  capacity: number,
): () => void {
  const { toServer, toClient } = ringPlaces(capacity);
  const { ended } = side === "client" ? toServer : toClient;
  // Hooks run in reverse order.
  const forgetWake = atWorkerEnd(setEventAddress, peerEvent.value);
  const forgetWord = atWorkerEnd(getSystemTimeAsFileTimeAddress, mapping.addressOf(ended));
  return () => {
    forgetWord();
    forgetWake();
  };
}

function notAConnection(endpoint: string): RpcError {
  return new RpcError(
    "failedPrecondition",
    `accept on ${endpoint}: a client offered memory that is not a connection in this version of the layout`,
  );
}
