import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";

/**
 * Milliseconds that a client has for its hello before a newer client may take its place: many times
 * what a well-behaved client needs, also on a busy machine.
 */
const graceMs = 250;

/**
 * Multiple of `maxHandshakes` that may be pending within the grace period. It bounds a rush, in
 * which the grace period no longer applies.
 */
const rush = 8;

/**
 * Clients with an incomplete handshake, oldest first. If there are too many, the oldest loses its
 * place to a newer client. So a program that opens connections and stays silent holds places only
 * for a moment and cannot lock others out.
 */
export class Handshakes {
  readonly #max: number;
  readonly #since = new Map<AbortController, number>();

  /** @param max number of handshakes that may take longer than {@link graceMs}. */
  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#since.size;
  }

  /** Adds a new client. Its handshake ends when the returned controller aborts. */
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
