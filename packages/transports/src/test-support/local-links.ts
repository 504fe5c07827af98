import { linkBytes } from "../shared-memory/layout.js";
import type { Link, LinkEvents } from "../shared-memory/link.js";
import type { SharedMemory } from "../win32/shared-memory.js";
import { ViewMemory } from "../win32/view-memory.js";

/**
 * One end of a link inside this thread: the memory is an ordinary buffer, an event is a turn of the
 * event loop.
 */
export class LocalLink implements Link {
  readonly endpoint = "shm:local";
  readonly peer;
  readonly side: "client" | "server";
  readonly memory: SharedMemory;
  readonly capacity: number;
  /** Number of times that the peer was woken. */
  wakes = 0;
  isReleased = false;
  other: LocalLink | undefined;
  #events: LinkEvents | undefined;
  #isGone = false;

  constructor(side: "client" | "server", buffer: ArrayBuffer, capacity: number) {
    this.side = side;
    this.memory = new ViewMemory(buffer);
    this.capacity = capacity;
    this.peer = { transport: "shm", address: `local ${side}` };
  }

  wakePeer(): void {
    this.wakes++;
    const { other } = this;
    setImmediate(() => other?.woken());
  }

  woken(): void {
    this.#events?.woken();
  }

  /** Simulates the exit of the peer's process. */
  killPeer(): void {
    this.#isGone = true;
    setImmediate(() => this.#events?.peerGone());
  }

  listen(events: LinkEvents): void {
    this.#events = events;
  }

  wait(fallAsleep: () => boolean): void {
    fallAsleep();
  }

  isPeerGone(): boolean {
    return this.#isGone;
  }

  holdProcess(): void {}

  async release(): Promise<void> {
    this.isReleased = true;
    this.#events = undefined;
  }
}

/** Creates the two ends of one link. */
export function localLinks(capacity: number): { readonly client: LocalLink; readonly server: LocalLink } {
  const buffer = new ArrayBuffer(linkBytes(capacity));
  const client = new LocalLink("client", buffer, capacity);
  const server = new LocalLink("server", buffer, capacity);
  client.other = server;
  server.other = client;
  return { client, server };
}
