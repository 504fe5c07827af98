import type { Outbox } from "../call/outbox.js";
import { encodePong } from "../wire/encode-message.js";
import type { DeferredCalls } from "./deferred-calls.js";

/** Answers the pings with which the peer asks for confirmation that its calls have begun. */
export class Confirmations {
  readonly #deferred: DeferredCalls;
  readonly #outbox: Outbox;
  /** The latest unanswered ping. Its answer is also one to all earlier pings. */
  #asked: { readonly number: number; readonly arrivals: number } | undefined;

  constructor(deferred: DeferredCalls, outbox: Outbox) {
    this.#deferred = deferred;
    this.#outbox = outbox;
  }

  /** Answers a ping, now or once the calls before it have begun. */
  ask(number: number): void {
    this.#asked = { number, arrivals: this.#deferred.arrivals };
    this.check();
  }

  /** Answers the pending ping if possible. Called when queued calls begin and after congestion. */
  check(): void {
    const asked = this.#asked;
    if (asked === undefined || this.#outbox.congested || this.#deferred.waitsSince(asked.arrivals)) return;
    this.#asked = undefined;
    this.#outbox.sendControl(encodePong(asked.number));
  }
}
