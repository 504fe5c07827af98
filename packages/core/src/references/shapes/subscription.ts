import { RpcError } from "../../errors/rpc-error.js";
import { markIdentity } from "../../runtime/identity.js";
import { defineService } from "../../service/service.js";
import type { Shape } from "../../shape/shape.js";
import { Ending, type SubscriptionEnd } from "./ending.js";
import { type RemoteReference, referenceOf, release } from "./handle.js";
import { ReferenceShape } from "./target-shape.js";

/**
 * What a method returns that goes on calling a listener: disposing of it ends that. It need not be kept otherwise: it goes on until it is disposed of, the
 * service ends it, or the connection is over; a subscriber that dies disposes of it too.
 */
export interface Subscription extends Disposable {
  /**
   * Resolves once it has ended, wherever and for whatever reason; never rejects. An event that was told before the end may still be on its way through
   * the listener. An error that ends it goes to `onError` if nobody has asked for this by then.
   */
  readonly ended: Promise<SubscriptionEnd>;
}

/** A subscription at the side of the service. */
export interface ServedSubscription extends Subscription {
  /** Ends it because the service has no more to tell, or cannot: the subscriber learns of it, and of the error. */
  end(error?: RpcError): void;
}

/**
 * A subscription that ends by calling `stop`, once, whoever ends it first.
 * @param stop lets go of the listener.
 */
export function subscription(stop: () => void): ServedSubscription {
  return new LocalSubscription(stop);
}

/** What {@link subscription} makes. */
export class LocalSubscription implements ServedSubscription {
  readonly #ending = new Ending();
  readonly #stop: () => void;

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  static endingOf(value: object): Ending | undefined {
    return #ending in value ? value.#ending : undefined;
  }

  get ended(): Promise<SubscriptionEnd> {
    return this.#ending.promise;
  }

  end(error?: RpcError): void {
    this.over({ by: "service", error });
  }

  [Symbol.dispose](): void {
    this.over({ by: "subscriber" });
  }

  /** Ends it, if it has not ended. */
  over(end: SubscriptionEnd): void {
    if (this.#ending.over(end)) this.#stop();
  }
}

class SubscriptionProxy implements Subscription {
  constructor() {
    markIdentity(this);
  }

  get ended(): Promise<SubscriptionEnd> {
    const { ending } = referenceOf(this) as RemoteReference & { readonly ending: Ending };
    return ending.promise;
  }

  [Symbol.dispose](): void {
    release(this);
  }
}

/**
 * Tells of the end of a subscription of whatever make.
 * @returns ends the listening.
 */
export function watchEnd(value: Partial<Subscription>, listener: (end: SubscriptionEnd) => void): () => void {
  const ending = LocalSubscription.endingOf(value) ?? referenceOf(value)?.ending;
  if (ending !== undefined) return ending.watch(listener);
  // Dropped by the returned function: `ended` may never settle, and would hold the listener's
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

/** A subscription travels by reference. */
export const subscriptionShape: Shape = new ReferenceShape(() => Subscription.definition as never);

/** Whether something was given as a subscription. */
export function isSubscription({ definition }: { readonly definition: object }): boolean {
  return definition === Subscription.definition;
}
