import { RpcError } from "../errors/rpc-error.js";
import type { PeerInfo } from "../transport/transport.js";
import type { Connection } from "./connection.js";
import { contextStorage } from "./context-storage.js";
import { type ContextValues, createContextValues } from "./context-values.js";
import { Deadline } from "./deadline.js";

/** The call that a handler answers, beside its arguments. */
export interface CallContext {
  /**
   * Aborts when the caller cancels, the deadline passes or the connection ends. The reason is an
   * `RpcError`.
   */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline; `Infinity` without one. */
  readonly remainingMs: number;
  /** Metadata that the caller sent with the call. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The caller, as far as the transport knows it. */
  readonly peer: PeerInfo;
  /** The connection of the call. The caller's own services can be called on it. */
  readonly connection: Connection;
  /** `Inventory.get` */
  readonly method: string;
  /** Values that interceptors of this side have set for the handler. */
  readonly values: ContextValues;
}

/**
 * Returns the context of the call that is being handled. On Node it is available in everything that
 * a handler starts or awaits. In a runtime without `AsyncLocalStorage` it is available until the
 * handler's first `await`, so read it at the top.
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

/**
 * Returns the same as {@link callContext}, or undefined outside a handler: for an implementation
 * that is also used as a local object.
 */
export function tryCallContext(): CallContext | undefined {
  return contextStorage.getStore() as CallContext | undefined;
}

/**
 * Returns the call that is being handled, or undefined outside a handler. Its deadline and its
 * cancellation apply to the calls that its handler makes.
 */
export function parentCall(): RunningContext | undefined {
  const context = contextStorage.getStore() as RunningContext | undefined;
  return context === undefined || context.over ? undefined : context;
}

/** Runs work of a handler that does not belong to its call: calls made there have no parent. */
export function runDetached(work: () => void): void {
  contextStorage.run(undefined, work, undefined);
}

const noMetadata: Readonly<Record<string, string>> = Object.freeze({});

/** An inbound call before its handler begins. */
export interface InboundCall {
  readonly method: string;
  readonly connection: Connection;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The context of one running handler. The signal is created when a handler first reads it. */
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

  /** The reason why the caller no longer waits; undefined while it does. */
  get reason(): RpcError | undefined {
    return this.#reason;
  }

  /**
   * Calls `listener` when the caller no longer waits. Cheaper than the signal.
   * @returns a function that removes the listener.
   */
  onAbort(listener: (reason: RpcError) => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** Aborts the handler, because the caller no longer waits. */
  abort(reason: RpcError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of [...(this.#listeners ?? [])]) listener(reason);
    this.#controller?.abort(reason);
  }

  /** True once the call has settled. Calls that its handler still makes have no parent. */
  get over(): boolean {
    return this.#over;
  }

  /** Marks the call as settled and clears its timer. */
  done(): void {
    this.#over = true;
    this.#deadline?.clear();
  }

  /** Removes the deadline: references in the result may outlive it. */
  endDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = undefined;
  }
}
