import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportListener } from "@crosspane/core/transport";
import { FileMapping } from "../win32/file-mapping.js";
import { takeName } from "../win32/name-guard.js";
import { NamedEvent } from "../win32/named-event.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import type { PeerProcess } from "../win32/peer-process.js";
import { ownIdentity } from "../win32/process-identity.js";
import type { Access } from "../win32/security-attributes.js";
import { type HandleWatch, watchHandle } from "../win32/watch-handle.js";
import { keepAll } from "./keep-all.js";
import { lobbyBytes } from "./layout.js";
import { lobbyAttemptMs, lobbyAttempts } from "./limits.js";
import { takeRequests, writeLobbyHeader } from "./lobby.js";
import { guardName, lobbyName, type Place, randomId, wakeEventName } from "./object-names.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { WindowsLink } from "./windows-link.js";

/** Where to listen, and for whom. */
export interface ListenOptions {
  readonly endpoint: string;
  readonly place: Place;
  readonly access: Access;
  readonly acceptor: TransportAcceptor;
}

/**
 * Takes the name, makes the lobby and accepts the clients that leave word there.
 * @throws {RpcError} `alreadyExists` if the name is taken, `permissionDenied` if another user's server has it, `invalidArgument`.
 */
export async function listenSharedMemory(options: ListenOptions): Promise<TransportListener> {
  const guard = takeName(guardName(options.place), options.endpoint, options.access);
  let lobby: FileMapping;
  try {
    lobby = await makeLobby(options);
  } catch (error) {
    guard.close();
    throw error;
  }
  return keepAll((keep) => {
    keep(guard);
    keep(lobby);
    const wakeEventId = randomId();
    const wakeEvent = keep(NamedEvent.create(wakeEventName(wakeEventId), options.access));
    const { processId, startTime } = ownIdentity();
    const listener = new LobbyListener(options, { guard, lobby, wakeEvent });
    writeLobbyHeader(lobby.memory, { serverProcessId: processId, serverStartTime: startTime, wakeEventId });
    return listener;
  });
}

/** What a listener holds. */
interface ListenerObjects {
  readonly guard: OwnedHandle;
  readonly lobby: FileMapping;
  readonly wakeEvent: NamedEvent;
}

class LobbyListener implements TransportListener {
  readonly endpoint: string;
  readonly #options: ListenOptions;
  readonly #guard: OwnedHandle;
  readonly #lobby: FileMapping;
  readonly #wakeEvent: NamedEvent;
  readonly #watch: HandleWatch;
  #closed: Promise<void> | undefined;

  constructor(options: ListenOptions, { guard, lobby, wakeEvent }: ListenerObjects) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#guard = guard;
    this.#lobby = lobby;
    this.#wakeEvent = wakeEvent;
    this.#watch = watchHandle(this.#wakeEvent.value, () => this.#answer());
    this.#watch.ref();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** A request that names nothing, or nothing that can be used, is the affair of whoever left it. */
  #answer(): void {
    for (const request of takeRequests(this.#lobby.memory)) {
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

  /** Whoever could open the lobby and leave word is admitted by its rights; where those say one user, this holds the process to it. */
  #admit({ identity }: PeerProcess): void {
    if (this.#options.access !== "currentUser" || identity.userSid === ownIdentity().userSid) return;
    throw new RpcError(
      "permissionDenied",
      `accept on ${this.endpoint}: a client runs as ${identity.userSid}`,
    );
  }

  async #close(): Promise<void> {
    const closed = this.#watch.close();
    this.#lobby.close();
    this.#wakeEvent.close();
    this.#guard.close();
    await closed;
  }
}

/** A client of the server before may be just about to let go of its lobby. */
async function makeLobby({ endpoint, place, access }: ListenOptions): Promise<FileMapping> {
  const name = lobbyName(place);
  for (let attempt = 1; ; attempt++) {
    try {
      return FileMapping.create(name, lobbyBytes, access);
    } catch (cause) {
      const { code } = RpcError.from(cause);
      if (code === "alreadyExists" && attempt < lobbyAttempts) await sleep(lobbyAttemptMs);
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
