import { RpcError } from "../errors/rpc-error.js";
import type { RunningContext } from "./call-context.js";
import { abortError } from "./call-errors.js";

/**
 * Sources that may cancel an outbound call: its caller's signals, and the call that it is made for.
 */
export interface Cancellers {
  readonly signals: readonly AbortSignal[];
  readonly parent: RunningContext | undefined;
}

/**
 * Calls `onCancel` with the call's error when one of the sources cancels.
 * @param label names the call in the error.
 * @returns a function that stops listening; undefined if there are no sources.
 */
export function listenTo(
  { signals, parent }: Cancellers,
  label: string,
  onCancel: (error: RpcError) => void,
): (() => void) | undefined {
  const stops = signals.map((signal) => {
    const listener = () => onCancel(abortError(label, signal));
    signal.addEventListener("abort", listener);
    return () => signal.removeEventListener("abort", listener);
  });
  if (parent !== undefined)
    stops.push(parent.onAbort((reason) => onCancel(parentError(label, parent, reason))));
  if (stops.length === 0) return undefined;
  return () => {
    for (const stop of stops) stop();
  };
}

/** Error for a call that is made for another one, when that is cancelled or times out. */
export function parentError(label: string, { method }: RunningContext, reason: RpcError): RpcError {
  const code = reason.code === "deadlineExceeded" ? reason.code : "cancelled";
  return new RpcError(
    code,
    `${label} was cancelled with the call of ${method} that it was made for: ${reason.message}`,
    {
      cause: reason,
    },
  );
}
