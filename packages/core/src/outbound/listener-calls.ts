import type { InFlightBudget } from "../service/service.js";

/**
 * Budget for the listener calls in flight on one connection: half of all calls that may be
 * unanswered. So neither listener calls nor calls of the program are refused because of the other.
 * Each listener has a share, so that a stalled one does not stop the others.
 */
export class ListenerCalls implements InFlightBudget {
  readonly #most: number;
  #listeners = 0;
  #calls = 0;
  #room: PromiseWithResolvers<void> | undefined;

  /** @param maxCalls number of calls that may be unanswered on the connection. */
  constructor(maxCalls: number) {
    this.#most = Math.max(1, Math.floor(maxCalls / 2));
  }

  get share(): number {
    return Math.max(1, Math.floor(this.#most / this.#listeners));
  }

  join(): void {
    this.#listeners++;
  }

  part(): void {
    this.#listeners--;
  }

  enter(): boolean {
    if (this.#calls >= this.#most) return false;
    this.#calls++;
    return true;
  }

  leave(): void {
    this.#calls--;
    this.#room?.resolve();
    this.#room = undefined;
  }

  room(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }
}
