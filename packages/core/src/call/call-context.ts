import { RpcError } from "../errors/rpc-error.js";
import type { PeerInfo } from "../transport/transport.js";
import type { Connection } from "./connection.js";
import { contextStorage } from "./context-storage.js";
import { type ContextValues, createContextValues } from "./context-values.js";
import { Deadline } from "./deadline.js";

/** What a handler can know of the call that it answers, beside the arguments. */
export interface CallContext {
  /** Aborts when the caller cancels, the deadline passes or the connection ends; its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /** Milliseconds that the caller still waits; `Infinity` without a deadline. */
  readonly remainingMs: number;
  /** The text pairs that the caller sent along. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Who calls, as far as the transport knows. */
  readonly peer: PeerInfo;
  /** The connection that the call came by; the caller's own services can be called on it. */
  readonly connection: Connection;
  /** `Inventory.get` */
  readonly method: string;
  /** What interceptors of this side have noted for the handler. */
  readonly values: ContextValues;
}

/**
 * The context of the call that is being answered. On Node it is there in everything that a handler starts or awaits; where the
 * runtime has no `AsyncLocalStorage` it is there until the handler's first `await`, so take it at the top.
 * @throws {RpcError} `failedPrecondition` outside a handler.
 */
export function callContext(): CallContext {
  const context = tryCallContext();
  if (context === undefined) {
    throw new RpcError(
      "failedPrecondition",
      "callContext() was called outside a handler: call it in a method of a service while it answers a call, " +
        "or use tryCallContext() where the method is also called locally",
    );
  }
  return context;
}

/** As {@link callContext}, but undefined outside a handler: for an implementation that is also used as a local object. */
export function tryCallContext(): CallContext | undefined {
  return contextStorage.getStore() as CallContext | undefined;
}

/** The call that is being answered, for a call that is made for it: its deadline and its cancellation go on to that. */
export function outerCall(): RunningContext | undefined {
  const context = contextStorage.getStore() as RunningContext | undefined;
  return context === undefined || context.over ? undefined : context;
}

/** Runs what happens inside a handler and is not done for its call: calls that are made there stand for themselves. */
export function outsideCalls(work: () => void): void {
  contextStorage.run(undefined, work, undefined);
}

const noMetadata: Readonly<Record<string, string>> = Object.freeze({});

/** What an inbound call is known by when it starts. */
export interface InboundCall {
  readonly method: string;
  readonly connection: Connection;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The context of one running handler. The signal costs nothing until a handler asks for it. */
export class RunningContext implements CallContext {
  readonly method: string;
  readonly connection: Connection;
  readonly metadata: Readonly<Record<string, string>>;
  #deadline: Deadline | undefined;
  #over = false;
  #controller: AbortController | undefined;
  #reason: RpcError | undefined;
  #listeners: Set<(reason: RpcError) => void> | undefined;
  #values: ContextValues | undefined;

  constructor(call: InboundCall, onExpire: () => void) {
    this.method = call.method;
    this.connection = call.connection;
    this.metadata = call.metadata ?? noMetadata;
    this.#deadline = call.timeoutMs === undefined ? undefined : new Deadline(call.timeoutMs, onExpire);
  }

  get peer(): PeerInfo {
    return this.connection.peer;
  }

  get remainingMs(): number {
    return this.#deadline?.remainingMs ?? Number.POSITIVE_INFINITY;
  }

  get values(): ContextValues {
    this.#values ??= createContextValues();
    return this.#values;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** Why nobody waits any more, if so. */
  get reason(): RpcError | undefined {
    return this.#reason;
  }

  /** Has a function told when nobody waits any more; returns what stops that. Cheaper than the signal. */
  onAbort(listener: (reason: RpcError) => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** Tells the handler that nobody waits any more. */
  abort(reason: RpcError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of [...(this.#listeners ?? [])]) listener(reason);
    this.#controller?.abort(reason);
  }

  /** The handler has answered or was given up; calls that it still makes stand for themselves. */
  get over(): boolean {
    return this.#over;
  }

  /** The call was answered or given up: no timer is left. */
  done(): void {
    this.#over = true;
    this.#deadline?.clear();
  }

  /** The call was answered, and what the answer brought may be used without end. */
  endDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = undefined;
  }
}
