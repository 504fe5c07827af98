import { RpcError } from "../../errors/rpc-error.js";
import { markIdentity } from "../../runtime/identity.js";
import { defineService } from "../../service/service.js";
import type { Shape } from "../../shape/shape.js";
import { type RemoteReference, referenceOf, release } from "./handle.js";
import { OneShotEvent } from "./one-shot-event.js";
import type { SubscriptionEnd } from "./subscription-end.js";
import { ReferenceShape } from "./target-shape.js";

/**
 * Result of a method that goes on calling a listener. Disposing of it ends the calls. It need not
 * be kept: it lasts until it is disposed of, the service ends it, the connection is over, or the
 * subscriber exits.
 */
export interface Subscription extends Disposable {
  /**
   * Resolves once it has ended, on either side and for any reason; never rejects. The listener may
   * still be handling an event that was emitted before the end. An error that ends it goes to
   * `onError` if the program has not read this property by then.
   */
  readonly ended: Promise<SubscriptionEnd>;
}

/** A subscription at the side of the service. */
export interface ServedSubscription extends Subscription {
  /** Ends it from the side of the service. The subscriber receives the end, and the error. */
  end(error?: RpcError): void;
}

/**
 * Makes a subscription that calls `stop` once, whichever side ends it first.
 * @param stop removes the listener.
 */
export function subscription(stop: () => void): ServedSubscription {
  return new LocalSubscription(stop);
}

/** The implementation of {@link subscription}. */
export class LocalSubscription implements ServedSubscription {
  readonly #endEvent = new OneShotEvent<SubscriptionEnd>();
  readonly #stop: () => void;

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  static endEventOf(value: object): OneShotEvent<SubscriptionEnd> | undefined {
    return #endEvent in value ? value.#endEvent : undefined;
  }

  get ended(): Promise<SubscriptionEnd> {
    return this.#endEvent.promise;
  }

  end(error?: RpcError): void {
    this.over({ by: "service", error });
  }

  [Symbol.dispose](): void {
    this.over({ by: "subscriber" });
  }

  /** Ends it, unless it has ended. */
  over(end: SubscriptionEnd): void {
    if (this.#endEvent.emit(end)) this.#stop();
  }
}

class SubscriptionProxy implements Subscription {
  constructor() {
    markIdentity(this);
  }

  get ended(): Promise<SubscriptionEnd> {
    const { endEvent } = referenceOf(this) as Required<Pick<RemoteReference, "endEvent">>;
    return endEvent.promise;
  }

  [Symbol.dispose](): void {
    release(this);
  }
}

/**
 * Calls the listener at the end of any kind of subscription.
 * @returns a function that removes the listener.
 */
export function watchEnd(value: Partial<Subscription>, listener: (end: SubscriptionEnd) => void): () => void {
  const endEvent = LocalSubscription.endEventOf(value) ?? referenceOf(value)?.endEvent;
  if (endEvent !== undefined) return endEvent.watch(listener);
  // Cleared by the returned function: `ended` may never settle, and would hold the listener's
  // connection.
  let told: ((end: SubscriptionEnd) => void) | undefined = listener;
  const tell = (end: SubscriptionEnd | undefined) => {
    if (end !== undefined) told?.(end);
  };
  const wait = async () => tell(await value.ended);
  wait().catch((thrown) => tell({ by: "service", error: RpcError.from(thrown) }));
  return () => {
    told = undefined;
  };
}

const Subscription = defineService<Subscription>({
  name: "Subscription",
  fingerprint: "0000000000000000",
  methods: [],
  disposable: true,
  client: SubscriptionProxy,
  dispatch(_service, method) {
    throw new RangeError(`a subscription has no method ${method}`);
  },
});

/** Shape of a subscription, which travels by reference. */
export const subscriptionShape: Shape = new ReferenceShape(() => Subscription.definition as never);

/** Returns true for a reference that was given as a subscription. */
export function isSubscription({ definition }: { readonly definition: object }): boolean {
  return definition === Subscription.definition;
}
