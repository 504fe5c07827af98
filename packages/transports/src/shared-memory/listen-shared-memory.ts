import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportListener } from "@crosspane/core/transport";
import type { Access } from "../win32/access.js";
import { FileMapping } from "../win32/file-mapping.js";
import { takeName } from "../win32/name-guard.js";
import { NamedEvent } from "../win32/named-event.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import type { PeerProcess } from "../win32/peer-process.js";
import { ownIdentity } from "../win32/process-identity.js";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { keepAll } from "./keep-all.js";
import { rendezvousBytes } from "./layout.js";
import { rendezvousAttemptMs, rendezvousAttempts } from "./limits.js";
import { guardName, type Place, randomId, rendezvousName, wakeEventName } from "./object-names.js";
import { takeRequests, writeRendezvousHeader } from "./rendezvous.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { WindowsLink } from "./windows-link.js";

/** The endpoint to listen at, and the users to admit. */
export interface ListenOptions {
  readonly endpoint: string;
  readonly place: Place;
  readonly access: Access;
  readonly acceptor: TransportAcceptor;
}

/**
 * Takes the name, creates the rendezvous and accepts the clients that post requests there.
 * @throws {RpcError} `alreadyExists` if the name is taken, `permissionDenied` if another user's
 * server has it, `invalidArgument`.
 */
export async function listenSharedMemory(options: ListenOptions): Promise<TransportListener> {
  const guard = takeName(guardName(options.place), options.endpoint, options.access);
  let rendezvous: FileMapping;
  try {
    rendezvous = await makeRendezvous(options);
  } catch (error) {
    guard.close();
    throw error;
  }
  return keepAll((keep) => {
    keep(guard);
    keep(rendezvous);
    const wakeEventId = randomId();
    const wakeEvent = keep(NamedEvent.create(wakeEventName(wakeEventId), options.access));
    const { processId, startTime } = ownIdentity();
    const listener = new RendezvousListener(options, { guard, rendezvous, wakeEvent });
    writeRendezvousHeader(rendezvous.memory, {
      serverProcessId: processId,
      serverStartTime: startTime,
      wakeEventId,
    });
    return listener;
  });
}

/** Objects of a listener. */
interface ListenerObjects {
  readonly guard: OwnedHandle;
  readonly rendezvous: FileMapping;
  readonly wakeEvent: NamedEvent;
}

class RendezvousListener implements TransportListener {
  readonly endpoint: string;
  readonly #options: ListenOptions;
  readonly #guard: OwnedHandle;
  readonly #rendezvous: FileMapping;
  readonly #wakeEvent: NamedEvent;
  readonly #watch: HandleWatch;
  #closed: Promise<void> | undefined;

  constructor(options: ListenOptions, { guard, rendezvous, wakeEvent }: ListenerObjects) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#guard = guard;
    this.#rendezvous = rendezvous;
    this.#wakeEvent = wakeEvent;
    this.#watch = watchHandle(this.#wakeEvent.value, () => this.#answer());
    this.#watch.ref();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Accepts the requests. A request that names no usable objects is dropped. */
  #answer(): void {
    for (const request of takeRequests(this.#rendezvous.memory)) {
      let link: WindowsLink;
      try {
        link = WindowsLink.accept(this.endpoint, request, (client) => this.#admit(client));
      } catch {
        continue;
      }
      this.#options.acceptor.accept(new SharedMemoryConnection(link));
      if (this.#closed !== undefined) return;
    }
  }

  /**
   * Checks that a client runs as this user if only this user is admitted. Otherwise the rights of
   * the rendezvous have already decided who could post requests.
   */
  #admit({ identity }: PeerProcess): void {
    if (this.#options.access !== "currentUser" || identity.userSid === ownIdentity().userSid) return;
    throw new RpcError(
      "permissionDenied",
      `accept on ${this.endpoint}: a client runs as ${identity.userSid}`,
    );
  }

  async #close(): Promise<void> {
    const closed = this.#watch.close();
    this.#rendezvous.close();
    this.#wakeEvent.close();
    this.#guard.close();
    await closed;
  }
}

/**
 * Creates the rendezvous. A client of the previous server may be about to release its rendezvous.
 */
async function makeRendezvous({ endpoint, place, access }: ListenOptions): Promise<FileMapping> {
  const name = rendezvousName(place);
  for (let attempt = 1; ; attempt++) {
    try {
      return FileMapping.create(name, rendezvousBytes, access);
    } catch (cause) {
      const { code } = RpcError.from(cause);
      if (code === "alreadyExists" && attempt < rendezvousAttempts) await sleep(rendezvousAttemptMs);
      else if (code !== "alreadyExists") throw cause;
      else {
        throw new RpcError(
          "alreadyExists",
          `listen on ${endpoint}: another program holds memory of this name (${name}); stop it or choose another name`,
          { cause },
        );
      }
    }
  }
}
