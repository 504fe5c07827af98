import type { RpcError } from "../../errors/rpc-error.js";

/** The end of a subscription. */
export interface SubscriptionEnd {
  /**
   * `subscriber`: it was disposed of. `service`: the service has ended it. `connection`: the
   * connection that it came by is over.
   */
  readonly by: "subscriber" | "service" | "connection";
  /** The error that ended it, if any. */
  readonly error?: RpcError | undefined;
}

/** An event that happens once: the end of a subscription. */
export class Ending {
  #end: SubscriptionEnd | undefined;
  readonly #listeners = new Set<(end: SubscriptionEnd) => void>();
  #promise: Promise<SubscriptionEnd> | undefined;

  /** Resolves with the end; never rejects. */
  get promise(): Promise<SubscriptionEnd> {
    this.#promise ??= new Promise((resolve) => this.watch(resolve));
    return this.#promise;
  }

  /** Ends it. Returns false if it had ended before. */
  over(end: SubscriptionEnd): boolean {
    if (this.#end !== undefined) return false;
    this.#end = end;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(end);
    return true;
  }

  /**
   * Calls the listener at the end, or at once if that was before.
   * @returns a function that removes the listener.
   */
  watch(listener: (end: SubscriptionEnd) => void): () => void {
    if (this.#end !== undefined) {
      listener(this.#end);
      return () => {};
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
