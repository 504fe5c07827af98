import type { RpcError } from "../../errors/rpc-error.js";

/** How a subscription came to its end. */
export interface SubscriptionEnd {
  /**
   * `subscriber`: it was disposed of; `service`: the service has no more to tell; `connection`: the connection that it came by is over.
   */
  readonly by: "subscriber" | "service" | "connection";
  /** What went wrong, if anything did. */
  readonly error?: RpcError | undefined;
}

/** Something that ends once, and who is told of it. */
export class Ending {
  #end: SubscriptionEnd | undefined;
  readonly #listeners = new Set<(end: SubscriptionEnd) => void>();
  #promise: Promise<SubscriptionEnd> | undefined;

  /** Resolves with the end; never rejects. */
  get promise(): Promise<SubscriptionEnd> {
    this.#promise ??= new Promise((resolve) => this.watch(resolve));
    return this.#promise;
  }

  /** Ends it; false if it had ended before. */
  over(end: SubscriptionEnd): boolean {
    if (this.#end !== undefined) return false;
    this.#end = end;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(end);
    return true;
  }

  /**
   * Tells of the end, at once if that was before.
   * @returns ends the listening.
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
