import type { AheadOfAnswers } from "../service/service.js";

/**
 * The calls of listeners on one connection that are made ahead of their answers: at most half of those that may be unanswered, so that they are not refused,
 * and those that the program makes neither. Each listener has its share: one that takes nothing does not stop the others.
 */
export class CallsAhead implements AheadOfAnswers {
  readonly #most: number;
  #listeners = 0;
  #calls = 0;
  #room: PromiseWithResolvers<void> | undefined;

  /** @param maxCalls how many calls may be unanswered on the connection. */
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
