import type { RpcError } from "../errors/rpc-error.js";
import type { Lived } from "./lived.js";
import { Ending, type SubscriptionEnd } from "./shapes/ending.js";
import type { RemoteReference } from "./shapes/handle.js";

/** An object or a function of the peer that this process holds. */
export class ImportedTarget implements RemoteReference, Lived {
  readonly number: number;
  onGone: (() => void) | undefined;
  /** It stands for a subscription of this side. */
  isSubscription = false;
  /** The connection that it came by is over. */
  isLost = false;
  #holds = 1;
  #end: SubscriptionEnd | undefined;
  #ending: Ending | undefined;
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

  /** Whether anybody has asked for its end. */
  get isWatched(): boolean {
    return this.#ending !== undefined;
  }

  /** Made for those who ask. */
  get ending(): Ending {
    if (this.#ending === undefined) {
      this.#ending = new Ending();
      if (this.#end !== undefined) this.#ending.over(this.#end);
    }
    return this.#ending;
  }

  retain(): void {
    if (this.#holds > 0) this.#holds++;
  }

  release(): void {
    if (this.#holds === 0 || --this.#holds > 0) return;
    this.#over({ by: "subscriber" });
  }

  /** The peer has no more use for it, for this reason: all holds are given up. */
  endedByPeer(error: RpcError | undefined): void {
    if (this.#holds === 0) return;
    this.#holds = 0;
    this.#over({ by: "service", error });
  }

  /** The connection is over. */
  lose(error: RpcError): void {
    if (this.#holds === 0) return;
    this.#holds = 0;
    this.isLost = true;
    this.#over({ by: "connection", error });
  }

  #over(end: SubscriptionEnd): void {
    this.#end = end;
    this.#ending?.over(end);
    if (!this.isLost) this.#tell();
    this.onGone?.();
  }
}
