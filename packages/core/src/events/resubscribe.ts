import type { Connection } from "../call/connection.js";
import { reportOn } from "../call/error-reports.js";
import { RpcError } from "../errors/rpc-error.js";
import { LocalSubscription, type Subscription } from "../references/shapes/subscription.js";
import { startTimer } from "../runtime/real-time.js";
import type { EventListener } from "./listener-caller.js";

/**
 * Options for {@link resubscribe}. Errors that `onMissed` and `onEnded` throw go to `onError`.
 */
export interface ResubscribeOptions<T> {
  /** Calls the service: `(listener, after) => news.watch(listener, after)`. */
  readonly subscribe: (listener: EventListener<T>, after: string | undefined) => Promise<Subscription>;
  readonly listener: EventListener<T>;
  /**
   * Called if events were lost, or may have been: the server does not keep them any more, it was
   * restarted, or none had arrived before the connection was lost. The place to read the whole
   * state again. The subscription continues with events from now on.
   */
  readonly onMissed: () => unknown;
  /**
   * Called if the server refused to resume the subscription, with an error, or has ended it, with
   * or without one.
   */
  readonly onEnded?: (error: RpcError | undefined) => unknown;
}

const turn = () => new Promise<void>((resolve) => startTimer(resolve));

/**
 * Subscribes, and subscribes again whenever the connection is restored (the option `reconnect` of
 * `connect`). Resumes after the last event that was received, so that the listener receives each
 * event once and in order. Ends when the server ends it, when it is disposed of, when the signal of
 * its call aborts, and when the connection is closed.
 * @throws {RpcError} the error that the first call of `subscribe` rejects with.
 */
export async function resubscribe<T>(
  connection: Connection,
  { subscribe, listener, onMissed, onEnded }: ResubscribeOptions<T>,
): Promise<Subscription> {
  let last: string | undefined;
  let current: Subscription | undefined;
  let stopped = false;
  /** Counts the attempts. Only the events and the subscription of the last one are used. */
  let round = 0;
  /** Set once the link of the last attempt is lost. */
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
      // The program has ended it itself, for example by the signal of its call.
      else if (by === "subscriber") kept[Symbol.dispose]();
    };
    ended().catch(failed);
  };
  /** Resumes the subscription. Returns true if events may have been missed. */
  const resume = async (own: number): Promise<boolean> => {
    if (last !== undefined) {
      try {
        await begin(own, last);
        return false;
      } catch (thrown) {
        if (RpcError.from(thrown).code !== "outOfRange") throw thrown;
        // They are missed, whatever the outcome of the next attempt.
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
      // If the link is lost again, its calls fail before the connection reports it. The next link
      // starts another round.
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
  // Registered only now, because the first subscription waits for a link itself.
  const forgetLinks = connection.onReconnected(goOn);
  const forgetState = connection.onStateChange(({ state, error }) => {
    if (state === "closed") kept.over({ by: "connection", error });
  });
  forget = () => {
    forgetLinks();
    forgetState();
  };
  // Any of these may have happened while the answer was in flight, without a listener to receive
  // it.
  if (connection.state === "closed") {
    const { error } = await connection.closed;
    kept.over({ by: "connection", error });
  } else if (isLost && connection.state === "connected") goOn().catch(failed);
  if (stopped) forget();
  return kept;
}
