import type { WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import type { ErrorType } from "../service/error-type.js";
import { callError } from "./typed-error.js";

/** An exception of a stream or function that this side has passed to the peer. */
export interface OwnFailure {
  readonly thrown: unknown;
  /** The error that the peer was sent for it. */
  readonly sent: Pick<WireError, "code" | "message">;
}

const failures = new WeakMap<object, OwnFailure>();

/** Records that an object of this side that the peer holds has thrown. */
export function noteOwnFailure(exported: object, failure: OwnFailure): void {
  failures.set(exported, failure);
}

/**
 * Returns the error of a failed call. If a stream or function that was passed to it threw, that
 * exception is the cause. If the peer only returns that exception, the error says that it is the
 * caller's own.
 * @param exported objects that were passed with the call by reference.
 */
export function failedCallError(
  { label, errors }: { readonly label: string; readonly errors: readonly ErrorType[] | undefined },
  wire: WireError,
  exported: readonly object[] | undefined,
): Error {
  const own = lastOf(exported);
  if (own === undefined) return callError(label, errors, wire);
  if (wire.code === own.sent.code && wire.message === own.sent.message) return ownError(label, own.thrown);
  const error = callError(label, errors, wire);
  return Object.defineProperty(error, "cause", { value: own.thrown, writable: true, configurable: true });
}

function ownError(label: string, thrown: unknown): RpcError {
  const { code, message, details } = RpcError.from(thrown, "unknown");
  return new RpcError(code, `${label}: a stream or function that was passed to it threw: ${message}`, {
    details,
    cause: thrown,
  });
}

function lastOf(exported: readonly object[] | undefined): OwnFailure | undefined {
  let last: OwnFailure | undefined;
  for (const one of exported ?? []) last = failures.get(one) ?? last;
  return last;
}
