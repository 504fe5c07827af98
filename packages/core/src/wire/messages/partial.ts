import type { CheckedMessage } from "../../codec/structure-guard.js";
import { RpcError } from "../../errors/rpc-error.js";

/**
 * A well-formed call, answer or part of a stream whose value is over a limit. It fails alone, and
 * the connection stays open.
 */
export interface OverLimitMessage {
  readonly kind: "overLimit";
  readonly of: "call" | "pipelinedCall" | "notify" | "result" | "error" | "items" | "streamEnd";
  /** Id of the call, or number of the stream. */
  readonly id: number;
  readonly error: RpcError;
}

/** A call that the peer may not make. Only the header of its message was read. */
export interface RefusedMessage {
  readonly kind: "refused";
  readonly of: "call" | "pipelinedCall" | "notify";
  readonly id: number;
  /** Index of the service; of a `pipelinedCall`, the id of the call whose result it calls. */
  readonly target: number;
  /** Index of the method. */
  readonly method: number;
  readonly error: RpcError;
}

/** A message that was read only in part. */
export type PartialMessage = OverLimitMessage | RefusedMessage;

/**
 * Converts the error for an exceeded limit to a message.
 * @throws any other error, which ends the connection.
 */
export function overLimit(thrown: unknown, of: OverLimitMessage["of"], id: number): OverLimitMessage {
  if (!(thrown instanceof RpcError) || thrown.code !== "resourceExhausted") throw thrown;
  return { kind: "overLimit", of, id, error: thrown };
}

/** True for a message that did not pass the guard because it exceeds a limit. */
export function isOverLimit(guarded: CheckedMessage | OverLimitMessage): guarded is OverLimitMessage {
  return (guarded as Partial<OverLimitMessage>).kind === "overLimit";
}
