import type { InFlightBudget } from "../service/service.js";

/**
 * Budget for the calls of listeners on one connection that are made ahead of their answers.
 *
 * It is half of the calls that may be unanswered. So the calls of listeners are not refused, and
 * those of the program neither. Each listener has a share: one that stalls does not stop the others.
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
