import type { RpcError } from "../errors/rpc-error.js";
import type { RefLifetime } from "./ref-lifetime.js";
import type { RemoteReference } from "./shapes/handle.js";
import { OneShotEvent } from "./shapes/one-shot-event.js";
import type { SubscriptionEnd } from "./shapes/subscription-end.js";

/** An object or a function of the peer that this process holds. */
export class ImportedTarget implements RemoteReference, RefLifetime {
  readonly number: number;
  onGone: (() => void) | undefined;
  /** Set for a subscription of this side. */
  isSubscription = false;
  /** Set once the connection that it came by is over. */
  isLost = false;
  #holds = 1;
  #end: SubscriptionEnd | undefined;
  #endEvent: OneShotEvent<SubscriptionEnd> | undefined;
  readonly #tell: () => void;

  /** @param tell called when the last hold is given up. */
  constructor(number: number, tell: () => void) {
    this.number = number;
    this.#tell = tell;
  }

  /** True once it was released or the connection is over. */
  get gone(): boolean {
    return this.#holds === 0;
  }

  /** True if the program has asked for its end. */
  get isWatched(): boolean {
    return this.#endEvent !== undefined;
  }

  /** Created on first access. */
  get endEvent(): OneShotEvent<SubscriptionEnd> {
    if (this.#endEvent === undefined) {
      this.#endEvent = new OneShotEvent();
      if (this.#end !== undefined) this.#endEvent.emit(this.#end);
    }
    return this.#endEvent;
  }

  retain(): void {
    if (this.#holds > 0) this.#holds++;
  }

  release(): void {
    if (this.#holds === 0 || --this.#holds > 0) return;
    this.#over({ by: "subscriber" });
  }

  /** Gives up all holds, because the peer has ended it. */
  endedByPeer(error: RpcError | undefined): void {
    if (this.#holds === 0) return;
    this.#holds = 0;
    this.#over({ by: "service", error });
  }

  /** Gives up all holds with the connection. */
  lose(error: RpcError): void {
    if (this.#holds === 0) return;
    this.#holds = 0;
    this.isLost = true;
    this.#over({ by: "connection", error });
  }

  #over(end: SubscriptionEnd): void {
    this.#end = end;
    this.#endEvent?.emit(end);
    if (!this.isLost) this.#tell();
    this.onGone?.();
  }
}
