import type { RemoteReference } from "../../reference/handle.js";
import type { Lived } from "./lived.js";

/** An object or a function of the peer that this process holds. */
export class ImportedTarget implements RemoteReference, Lived {
  readonly number: number;
  onGone: (() => void) | undefined;
  /** It stands for a subscription of this side. */
  isSubscription = false;
  /** The connection that it came by is over. */
  isLost = false;
  #holds = 1;
  readonly #tell: () => void;

  /** @param tell called when the last hold is given up. */
  constructor(number: number, tell: () => void) {
    this.number = number;
    this.#tell = tell;
  }

  /** It was released, or the connection is over. */
  get gone(): boolean {
    return this.#holds === 0;
  }

  retain(): void {
    if (this.#holds > 0) this.#holds++;
  }

  release(): void {
    if (this.#holds === 0 || --this.#holds > 0) return;
    this.#tell();
    this.onGone?.();
  }

  /** The connection is over. */
  lose(): void {
    if (this.#holds === 0) return;
    this.#holds = 0;
    this.isLost = true;
    this.onGone?.();
  }
}
