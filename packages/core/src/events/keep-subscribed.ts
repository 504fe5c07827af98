import { RpcError } from "../errors/rpc-error.js";
import { type Subscription, subscription } from "../reference/subscription.js";
import type { Connection } from "../session/connection.js";
import type { EventListener } from "./listener-caller.js";

/** What {@link keepSubscribed} subscribes by, and whom it tells. */
export interface KeptSubscription<T> {
  /** Calls the service: `(listener, after) => news.watch(listener, after)`. */
  readonly subscribe: (listener: EventListener<T>, after: string | undefined) => Promise<Subscription>;
  readonly listener: EventListener<T>;
  /**
   * Events were lost: the server keeps none so old, or it is another run of it. Here the whole state is read again. The subscription goes on with what comes from now on.
   */
  readonly onMissed: () => unknown;
  /** The server refused to go on with the subscription; it has ended. */
  readonly onEnded?: (error: RpcError) => unknown;
}

/**
 * A subscription that goes on when its connection comes back (the option `reconnect` of `connect`): it subscribes anew after the last event that was heard, so that
 * the listener hears each event once and in order.
 * @throws {RpcError} what the first call of `subscribe` rejects with.
 */
export async function keepSubscribed<T>(
  connection: Connection,
  { subscribe, listener, onMissed, onEnded }: KeptSubscription<T>,
): Promise<Subscription> {
  let last: string | undefined;
  let current: Subscription | undefined;
  let stopped = false;
  const hear: EventListener<T> = (value, id) => {
    last = id;
    return listener(value, id);
  };
  const begin = async (after: string | undefined) => {
    const begun = await subscribe(hear, after);
    if (stopped) begun[Symbol.dispose]();
    else current = begun;
  };
  const goOn = async () => {
    try {
      await begin(last);
    } catch (thrown) {
      const error = RpcError.from(thrown);
      // The link is gone again, and comes back again.
      if (error.code === "unavailable") return;
      if (error.code !== "outOfRange") {
        stop();
        onEnded?.(error);
        return;
      }
      last = undefined;
      await begin(undefined);
      await onMissed();
    }
  };
  const forget = connection.onReconnected(goOn);
  const stop = () => {
    stopped = true;
    forget();
    current?.[Symbol.dispose]();
  };
  try {
    await begin(undefined);
  } catch (thrown) {
    stop();
    throw thrown;
  }
  return subscription(stop);
}
