import type { Outbox } from "../call/outbox.js";
import { encodePong } from "../wire/messages/connection.js";
import type { DeferredCalls } from "./deferred-calls.js";

/** Answers the pings by which the peer asks whether its calls have begun. */
export class Confirmations {
  readonly #deferred: DeferredCalls;
  readonly #outbox: Outbox;
  /** The last one that is not answered: its answer is one to all before. */
  #asked: { readonly number: number; readonly arrivals: number } | undefined;

  constructor(deferred: DeferredCalls, outbox: Outbox) {
    this.#deferred = deferred;
    this.#outbox = outbox;
  }

  /** Takes a ping, and answers it now or when the calls that came before it have begun. */
  ask(number: number): void {
    this.#asked = { number, arrivals: this.#deferred.arrivals };
    this.check();
  }

  /** Calls that waited may have begun, or the peer may read again. */
  check(): void {
    const asked = this.#asked;
    if (asked === undefined || this.#outbox.congested || this.#deferred.waitsSince(asked.arrivals)) return;
    this.#asked = undefined;
    this.#outbox.sendControl(encodePong(asked.number));
  }
}
