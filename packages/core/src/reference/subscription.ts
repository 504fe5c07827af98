import { defineService } from "../service/service.js";
import type { Shape } from "../shape/shape.js";
import { release } from "./handle.js";
import { ReferenceShape } from "./target-shape.js";

/**
 * What a method returns that goes on calling a listener: disposing of it ends that. A subscriber that dies, or whose connection ends, disposes of it too.
 */
export interface Subscription extends Disposable {}

/**
 * A subscription that ends by calling `stop`, once, whoever disposes of it first.
 * @param stop lets go of the listener.
 */
export function subscription(stop: () => void): Subscription {
  let stopped = false;
  return {
    [Symbol.dispose]() {
      if (stopped) return;
      stopped = true;
      stop();
    },
  };
}

class SubscriptionProxy implements Subscription {
  [Symbol.dispose](): void {
    release(this);
  }
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
