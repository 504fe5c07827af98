import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { codeNumbers, RpcError } from "@crosspane/core";
import { createEvent, OwnedHandle, setEvent } from "@crosspane/transports/win32";
import type { TypeId } from "./contract-types.js";
import { type ApartmentEvent, type ApartmentStart, cells, type Order } from "./messages.js";

/**
 * Resolved by name, because the built file is needed also where the sources of this package run, as
 * in its tests.
 */
const workerFile = createRequire(import.meta.url).resolve("#automation-apartment");

/** Milliseconds to wait at the end of the process for a thread to leave COM. */
const exitMs = 2_000;

/** Handles the calls of a thread. */
export interface ApartmentUser {
  /** Answers a call. A rejection is the error for the script. */
  call(thread: ApartmentThread, event: Extract<ApartmentEvent, { readonly kind: "call" }>): Promise<unknown>;
  /** An object of the service is not held any more. */
  released(object: number): void;
}

/** A call of a script. */
export interface ScriptInvocation {
  readonly scriptObject: number;
  readonly member: string | undefined;
  readonly args: readonly { readonly type: TypeId; readonly value: unknown }[];
  readonly result: TypeId | undefined;
}

/** The program's side of a thread that COM calls. It keeps the process alive until it is closed. */
export class ApartmentThread {
  readonly #wakeEvent = OwnedHandle.from(createEvent(null, 0, 0, null), "CreateEventW", "automation");
  readonly #cells = new Int32Array(new SharedArrayBuffer(4 * cells.count));
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #user: ApartmentUser;
  readonly #ready = Promise.withResolvers<number | undefined>();
  readonly #published = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #invocations = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #atExit = () => {
    this.#quit();
    if (this.count("running") === 1) Atomics.wait(this.#cells, cells.over, 0, exitMs);
  };
  #calls = 0;
  #isOver = false;

  constructor(
    start: Pick<ApartmentStart, "contract" | "clsid" | "progId" | "isFirst" | "isActive">,
    user: ApartmentUser,
  ) {
    this.#user = user;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(workerFile, {
      name: "crosspane automation",
      workerData: {
        ...start,
        internalCode: codeNumbers.internal,
        wakeEvent: this.#wakeEvent.value,
        cells: this.#cells,
        port: port2,
      } satisfies ApartmentStart,
      transferList: [port2],
      // The modules that the command line preloads into threads are not meant for this one.
      execArgv: [],
    });
    // Its port holds the process, until its end is waited for.
    this.#worker.unref();
    // Those who wait for them are told of a failure; it is not an error that no one waits.
    for (const { promise } of [this.#ready, this.#published]) promise.catch(() => {});
    port1.on("message", (event: ApartmentEvent) => this.#handle(event));
    this.#worker.on("error", (cause) => this.#fail(cause.message));
    this.#worker.on("exit", () => this.#end());
    process.on("exit", this.#atExit);
  }

  /** Resolves once it can be called, to the stream of its class factory. */
  get ready(): Promise<number | undefined> {
    return this.#ready.promise;
  }

  /** Returns one of its counters. */
  count(cell: keyof typeof cells): number {
    return Atomics.load(this.#cells, cells[cell]);
  }

  /** Registers the class on this thread. */
  async publish(factories: readonly number[]): Promise<void> {
    this.#order({ kind: "publish", factories });
    return this.#published.promise;
  }

  /** @throws {RpcError} `unavailable` if the script has ended, `unknown` for its own error. */
  async invoke(invocation: ScriptInvocation): Promise<unknown> {
    if (this.#isOver) throw gone("the class is closed");
    const call = ++this.#calls;
    const answer = Promise.withResolvers<unknown>();
    this.#invocations.set(call, answer);
    this.#order({ kind: "invoke", call, ...invocation });
    return answer.promise;
  }

  releaseScriptObject(scriptObject: number): void {
    this.#order({ kind: "releaseScriptObject", scriptObject });
  }

  /** Ends the thread. Calls of scripts that it is answering fail. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#quit();
    return this.#ended.promise;
  }

  #order(order: Order): void {
    if (this.#isOver) return;
    this.#port.postMessage(order);
    setEvent(this.#wakeEvent.value);
  }

  #handle(event: ApartmentEvent): void {
    switch (event.kind) {
      case "ready":
        return this.#ready.resolve(event.factory);
      case "published":
        return this.#published.resolve();
      case "failed":
        return this.#fail(event.message);
      case "released":
        return this.#user.released(event.object);
      case "call":
        void this.#answer(event);
        return;
      case "invoked":
        this.#take(event.call)?.resolve(event.value);
        return;
      case "invokeFailed":
        this.#take(event.call)?.reject(
          event.isGone ? gone(event.message) : new RpcError("unknown", event.message),
        );
    }
  }

  async #answer(event: Extract<ApartmentEvent, { readonly kind: "call" }>): Promise<void> {
    const { call } = event;
    try {
      this.#order({ kind: "result", call, value: await this.#user.call(this, event) });
    } catch (thrown) {
      const { code, message } = RpcError.from(thrown, "internal");
      this.#order({ kind: "failure", call, code: codeNumbers[code], message: `${code}: ${message}` });
    }
  }

  #take(call: number): PromiseWithResolvers<unknown> | undefined {
    const found = this.#invocations.get(call);
    this.#invocations.delete(call);
    return found;
  }

  #quit(): void {
    Atomics.store(this.#cells, cells.quit, 1);
    if (!this.#wakeEvent.isClosed) setEvent(this.#wakeEvent.value);
  }

  #fail(message: string): void {
    const error = new RpcError("internal", `automation: a thread of COM failed: ${message}`);
    this.#ready.reject(error);
    this.#published.reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#fail("it has ended");
    for (const { reject } of this.#invocations.values()) reject(gone("the class is closed"));
    this.#invocations.clear();
    process.off("exit", this.#atExit);
    this.#port.close();
    this.#wakeEvent.close();
    this.#ended.resolve();
  }
}

function gone(message: string): RpcError {
  return new RpcError("unavailable", message);
}
