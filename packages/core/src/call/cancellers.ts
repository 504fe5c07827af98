import { RpcError } from "../errors/rpc-error.js";
import type { RunningContext } from "./call-context.js";
import { abortError } from "./call-errors.js";

/** What may cancel a call that was made here: signals of its caller, and the call in whose handler it was made. */
export interface Cancellers {
  readonly signals: readonly AbortSignal[];
  readonly outer: RunningContext | undefined;
}

/**
 * Calls `onCancel`, with what the call called `label` fails with, when one of them cancels.
 * @returns what stops that; undefined if there are none.
 */
export function listenTo(
  { signals, outer }: Cancellers,
  label: string,
  onCancel: (error: RpcError) => void,
): (() => void) | undefined {
  const stops = signals.map((signal) => {
    const listener = () => onCancel(abortError(label, signal));
    signal.addEventListener("abort", listener);
    return () => signal.removeEventListener("abort", listener);
  });
  if (outer !== undefined) stops.push(outer.onAbort((reason) => onCancel(outerError(label, outer, reason))));
  if (stops.length === 0) return undefined;
  return () => {
    for (const stop of stops) stop();
  };
}

/** What a call gets whose handler's own call was given up. */
export function outerError(label: string, { method }: RunningContext, reason: RpcError): RpcError {
  const code = reason.code === "deadlineExceeded" ? reason.code : "cancelled";
  return new RpcError(
    code,
    `${label} was cancelled with the call of ${method} that it was made for: ${reason.message}`,
    {
      cause: reason,
    },
  );
}
