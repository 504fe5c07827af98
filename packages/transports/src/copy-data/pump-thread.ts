import { clearTimeout, setTimeout } from "node:timers";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import { prepareCallStackRoom } from "../win32/call-stack-room.js";
import { createEvent, setEvent } from "../win32/kernel32.js";
import { OwnedHandle } from "../win32/owned-handle.js";
import { counted } from "./copy-data-counts.js";
import { exitMs, pumpLingerMs } from "./copy-data-limits.js";
import { cells, type Order, type PumpEvent, type PumpStart } from "./pump-messages.js";
import { pumpProgram } from "./pump-program.js";

/** Events of one connection. */
export type LinkEvent = Extract<PumpEvent, { readonly link: number }>;
/** Events of one listener. */
export type ListenerEvent = Extract<PumpEvent, { readonly listener: number }>;

/** A user of the pump that receives the events of one connection. */
export interface LinkUser {
  linkEvent(event: LinkEvent): void;
  /** Reports that the pump has failed and emits no more events. */
  pumpFailed(error: RpcError): void;
}

export interface ListenerUser {
  listenerEvent(event: ListenerEvent): void;
  pumpFailed(error: RpcError): void;
}

const program = pumpProgram();

let current: PumpThread | undefined;
let numbers = 0;

/**
 * Returns the pump of this thread, which is started on the first use and shared by all connections
 * and listeners. Call `release` once for each call.
 */
export function usePump(): PumpThread {
  if (current === undefined || current.isOver) current = new PumpThread();
  current.use();
  return current;
}

/**
 * The users' side of a pump and the lifetime of its thread. The thread keeps the program alive as
 * long as it is used, like a socket. It ends by itself a moment after its last user. It is stopped
 * when the program exits, so that Node never waits for a thread that is blocked in a system call.
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
  /** Number of users that keep the process alive. */
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
      program,
      threads: 1,
      totals: counted,
      port: port2,
    };
    prepareCallStackRoom();
    this.#worker = new Worker(new URL(program), {
      name: "crosspane copydata",
      workerData: start,
      transferList: [port2],
      // The modules that the command line preloads into threads are not meant for this one.
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

  /** Keeps the program alive for a user, after `unhold`. */
  hold(): void {
    if (++this.#holds === 1) this.#port.ref();
  }

  /** Lets the program end although this user exists, until `hold`. */
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

  /** Returns a number for a connection, which the pump's events carry. */
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

  /** @param moved buffers whose ownership passes to the pump. */
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

  /**
   * Makes the pump leave its system calls: Node stops the thread after this, which must not happen
   * inside one.
   */
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
