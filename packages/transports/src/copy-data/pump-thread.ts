import { createRequire } from "node:module";
import { clearTimeout, setTimeout } from "node:timers";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import { prepareCallStackRoom } from "../win32/call-stack-room.js";
import { createEvent, setEvent } from "../win32/kernel32.js";
import { OwnedHandle } from "../win32/owned-handle.js";
import { counted } from "./copy-data-counts.js";
import { exitMs, pumpLingerMs } from "./copy-data-limits.js";
import { cells, type Order, type PumpEvent, type PumpStart } from "./pump-messages.js";

/** The events of one connection. */
export type LinkEvent = Extract<PumpEvent, { readonly link: number }>;
/** The events of one listener. */
export type ListenerEvent = Extract<PumpEvent, { readonly listener: number }>;

/** A user of the pump that gets what concerns it. */
export interface LinkUser {
  linkEvent(event: LinkEvent): void;
  /** The pump has failed and tells nothing more. */
  pumpFailed(error: RpcError): void;
}

export interface ListenerUser {
  listenerEvent(event: ListenerEvent): void;
  pumpFailed(error: RpcError): void;
}

/** Found by name, because the built file is meant also where the sources of this package run, as in its tests. */
const workerFile = createRequire(import.meta.url).resolve("#copy-data-pump");

let current: PumpThread | undefined;
let numbers = 0;

/**
 * The pump of this thread's program, started at its first use and shared by all connections and listeners. Call `release` once for
 * each call of this.
 */
export function usePump(): PumpThread {
  if (current === undefined || current.isOver) current = new PumpThread();
  current.use();
  return current;
}

/**
 * The user's end of a pump and the life of its thread. The thread keeps the program alive as long as it is used, as a socket would; it
 * ends by itself a moment after its last user, and is told to when the program exits, so that Node never waits for a thread that
 * sits in a call of the system.
 */
export class PumpThread {
  readonly #wakeEvent = OwnedHandle.from(createEvent(null, 0, 0, null), "CreateEventW", "the pump's event");
  readonly #cells = new Int32Array(new SharedArrayBuffer(4 * cells.count));
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #links = new Map<number, LinkUser>();
  readonly #listeners = new Map<number, ListenerUser>();
  readonly #atExit = () => this.#leave();
  readonly #lingerMs: number;
  readonly #whenEnded = Promise.withResolvers<void>();
  #users = 0;
  /** Users for which the process lives. */
  #holds = 0;
  #linger: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param lingerMs milliseconds that it outlives its last user. */
  constructor(lingerMs = pumpLingerMs) {
    this.#lingerMs = lingerMs;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const start: PumpStart = {
      wakeEvent: this.#wakeEvent.value,
      cells: this.#cells,
      threads: 1,
      totals: counted,
      port: port2,
    };
    prepareCallStackRoom();
    this.#worker = new Worker(workerFile, {
      name: "crosspane copydata",
      workerData: start,
      transferList: [port2],
      // What the program's command line loads into its threads is not meant for this one.
      execArgv: [],
    });
    this.#worker.unref();
    port1.on("message", (events: readonly PumpEvent[]) => this.#dispatch(events));
    this.#worker.on("error", (cause) => this.#failed(cause));
    this.#worker.on("exit", () => this.#ended());
    process.on("exit", this.#atExit);
  }

  /** True when it takes no more users. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** False while its thread starts. */
  get isRunning(): boolean {
    return Atomics.load(this.#cells, cells.running) === 1;
  }

  /** Resolves when its thread has ended. */
  get ended(): Promise<void> {
    return this.#whenEnded.promise;
  }

  use(): void {
    this.#users++;
    clearTimeout(this.#linger);
    this.hold();
  }

  /** Keeps the program alive for a user that has let go, see `unhold`. */
  hold(): void {
    if (++this.#holds === 1) this.#port.ref();
  }

  /** Lets the program end although this user is there, until `hold`. */
  unhold(): void {
    if (--this.#holds === 0) this.#port.unref();
  }

  release(): void {
    this.#users--;
    this.unhold();
    if (this.#users > 0 || this.#isOver) return;
    this.#linger = setTimeout(() => this.#quit(), this.#lingerMs);
    this.#linger.unref();
  }

  /** A number for a connection or a listener, which the pump's events name. */
  addLink(user: LinkUser): number {
    this.#links.set(++numbers, user);
    return numbers;
  }

  addListener(user: ListenerUser): number {
    this.#listeners.set(++numbers, user);
    return numbers;
  }

  removeLink(link: number): void {
    this.#links.delete(link);
  }

  removeListener(listener: number): void {
    this.#listeners.delete(listener);
  }

  /** @param moved buffers that are the pump's from now on. */
  order(order: Order, moved: readonly ArrayBuffer[] = []): void {
    if (this.#isOver) return;
    this.#port.postMessage(order, moved);
    if (Atomics.load(this.#cells, cells.sleeping) === 1) setEvent(this.#wakeEvent.value);
  }

  #dispatch(events: readonly PumpEvent[]): void {
    for (const event of events) {
      if ("link" in event) this.#links.get(event.link)?.linkEvent(event);
      else this.#listeners.get(event.listener)?.listenerEvent(event);
    }
  }

  #quit(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop(2);
  }

  #stop(how: 1 | 2): void {
    Atomics.store(this.#cells, cells.quit, how);
    if (!this.#wakeEvent.isClosed) setEvent(this.#wakeEvent.value);
  }

  /** Node stops the thread after this, which must not happen inside a call of the system. */
  #leave(): void {
    this.#isOver = true;
    this.#stop(1);
    if (this.isRunning) Atomics.wait(this.#cells, cells.over, 0, exitMs);
  }

  #failed(cause: unknown): void {
    this.#isOver = true;
    const message = cause instanceof Error ? cause.message : String(cause);
    const error = new RpcError("internal", `the thread of the copydata windows failed: ${message}`, {
      cause,
    });
    for (const user of [...this.#links.values(), ...this.#listeners.values()]) user.pumpFailed(error);
    this.#links.clear();
    this.#listeners.clear();
  }

  #ended(): void {
    this.#isOver = true;
    clearTimeout(this.#linger);
    process.off("exit", this.#atExit);
    this.#port.close();
    this.#wakeEvent.close();
    this.#whenEnded.resolve();
  }
}
