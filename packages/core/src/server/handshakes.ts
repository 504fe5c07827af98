import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";

/**
 * Milliseconds that a client which came has for its hello before a newer one may have its place: many times what one that means it
 * needs, also on a busy machine.
 */
const graceMs = 250;

/** So many times `maxHandshakes` may wait within that time. It bounds a rush; a client's place is worth less than another's then. */
const rush = 8;

/**
 * The clients whose handshake is not complete, the one that has waited longest first. That one gives up its place to a newer client
 * when there are too many: a program that opens connections and says nothing holds places for a moment, and keeps no one out.
 */
export class Handshakes {
  readonly #max: number;
  readonly #since = new Map<AbortController, number>();

  /** @param max How many may wait for longer than {@link graceMs}. */
  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#since.size;
  }

  /** Gives a new client a place. Its handshake ends when the controller aborts. */
  begin(): AbortController {
    const began = now();
    for (const [oldest, since] of this.#since) {
      const isFull = this.#since.size >= this.#max;
      if (!isFull || (began - since < graceMs && this.#since.size < rush * this.#max)) break;
      this.end(oldest);
      oldest.abort(new RpcError("unavailable", "a newer client needed the place; try again"));
    }
    const handshake = new AbortController();
    this.#since.set(handshake, began);
    return handshake;
  }

  end(handshake: AbortController): void {
    this.#since.delete(handshake);
  }

  abortAll(reason: RpcError): void {
    for (const handshake of this.#since.keys()) handshake.abort(reason);
  }
}
