import type { Connection } from "../call/connection.js";
import { reportOn } from "../call/error-reports.js";
import { RpcError } from "../errors/rpc-error.js";
import { LocalSubscription, type Subscription } from "../references/shapes/subscription.js";
import { startTimer } from "../runtime/real-time.js";
import type { EventListener } from "./listener-caller.js";

/** What {@link keepSubscribed} subscribes by, and whom it tells. What `onMissed` and `onEnded` throw goes to `onError`. */
export interface KeptSubscription<T> {
  /** Calls the service: `(listener, after) => news.watch(listener, after)`. */
  readonly subscribe: (listener: EventListener<T>, after: string | undefined) => Promise<Subscription>;
  readonly listener: EventListener<T>;
  /**
   * Events were lost, or may have been: the server keeps none so old, it is another run of it, or none was heard before the connection was lost. Here the whole
   * state is read again. The subscription goes on with what comes from now on.
   */
  readonly onMissed: () => unknown;
  /** The server refused to go on with the subscription, with an error, or has ended it, with or without one. */
  readonly onEnded?: (error: RpcError | undefined) => unknown;
}

const turn = () => new Promise<void>((resolve) => startTimer(resolve));

/**
 * A subscription that goes on when its connection comes back (the option `reconnect` of `connect`): it subscribes anew after the last event that was heard, so that
 * the listener hears each event once and in order. It ends when the server ends it, when it is disposed of, when the signal of its call aborts, and when the connection is closed for good.
 * @throws {RpcError} what the first call of `subscribe` rejects with.
 */
export async function keepSubscribed<T>(
  connection: Connection,
  { subscribe, listener, onMissed, onEnded }: KeptSubscription<T>,
): Promise<Subscription> {
  let last: string | undefined;
  let current: Subscription | undefined;
  let stopped = false;
  /** Counts the attempts: only what belongs to the last one is heard and kept. */
  let round = 0;
  /** The link of the last one is gone. */
  let isLost = false;
  const failed = (thrown: unknown) => reportOn(connection, thrown);
  const begin = async (own: number, after: string | undefined) => {
    const isOld = () => stopped || own !== round;
    const hear: EventListener<T> = (value, id) => {
      if (isOld()) return undefined;
      last = id;
      return listener(value, id);
    };
    const begun = await subscribe(hear, after);
    if (isOld()) return begun[Symbol.dispose]();
    current = begun;
    const ended = async () => {
      const { by, error } = await begun.ended;
      if (isOld()) return;
      isLost = by === "connection";
      if (by === "service") await giveUp(error);
      // The program has let go of it itself, by the signal of its call for one.
      else if (by === "subscriber") kept[Symbol.dispose]();
    };
    ended().catch(failed);
  };
  /** Whether events may have been missed. */
  const resume = async (own: number): Promise<boolean> => {
    if (last !== undefined) {
      try {
        await begin(own, last);
        return false;
      } catch (thrown) {
        if (RpcError.from(thrown).code !== "outOfRange") throw thrown;
        // Whatever becomes of the next attempt, they are missed.
        last = undefined;
      }
    }
    await begin(own, undefined);
    return true;
  };
  const goOn = async () => {
    const own = ++round;
    let missed: boolean;
    try {
      missed = await resume(own);
    } catch (thrown) {
      // If the link is gone again, its calls fail before the connection says so; the next link begins another round.
      await turn();
      if (stopped || own !== round || connection.state !== "connected") return;
      return giveUp(RpcError.from(thrown));
    }
    if (missed && !stopped && own === round) await onMissed();
  };
  let forget = () => {};
  const kept = new LocalSubscription(() => {
    stopped = true;
    forget();
    current?.[Symbol.dispose]();
  });
  const giveUp = async (error: RpcError | undefined) => {
    kept.end(error);
    await onEnded?.(error);
  };
  await begin(round, undefined);
  // Not before: the first subscription waits for a link itself.
  const forgetLinks = connection.onReconnected(goOn);
  const forgetState = connection.onStateChange(({ state, error }) => {
    if (state === "closed") kept.over({ by: "connection", error });
  });
  forget = () => {
    forgetLinks();
    forgetState();
  };
  // Any of these may have come while the answer was on its way, and is told to nobody who listens since.
  if (connection.state === "closed") {
    const { error } = await connection.closed;
    kept.over({ by: "connection", error });
  } else if (isLost && connection.state === "connected") goOn().catch(failed);
  if (stopped) forget();
  return kept;
}
