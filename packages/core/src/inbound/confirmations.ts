import type { MessageSender } from "../call/message-sender.js";
import { encodePong } from "../wire/messages/connection.js";
import type { DeferredCalls } from "./deferred-calls.js";

/** Answers the pings with which the peer asks for confirmation that its calls have begun. */
export class Confirmations {
  readonly #deferred: DeferredCalls;
  readonly #sender: MessageSender;
  /** The latest unanswered ping. Its answer is also one to all earlier pings. */
  #asked: { readonly number: number; readonly arrivals: number } | undefined;

  constructor(deferred: DeferredCalls, sender: MessageSender) {
    this.#deferred = deferred;
    this.#sender = sender;
  }

  /** Answers a ping, now or once the calls before it have begun. */
  ask(number: number): void {
    this.#asked = { number, arrivals: this.#deferred.arrivals };
    this.check();
  }

  /** Answers the pending ping if possible. Called when queued calls begin and after congestion. */
  check(): void {
    const asked = this.#asked;
    if (asked === undefined || this.#sender.congested || this.#deferred.waitsSince(asked.arrivals)) return;
    this.#asked = undefined;
    this.#sender.sendControl(encodePong(asked.number));
  }
}
