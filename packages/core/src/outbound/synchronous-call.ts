import { RpcError } from "../errors/rpc-error.js";
import { showStack } from "../runtime/rejection.js";
import type { TransportConnection } from "../transport/transport.js";
import type { PendingCall } from "./pending-calls.js";

/** Longest single wait in milliseconds. Finite, so that a transport may use 32 bits. */
const longestWaitMs = 60_000;

/** Returns the reason why a synchronous call cannot be made now; undefined if it can. */
export function synchronousRefusal(
  label: string,
  { capabilities, receiveSync }: TransportConnection,
  delivering: boolean,
): RpcError | undefined {
  if (!capabilities.synchronousCall || receiveSync === undefined) {
    return new RpcError(
      "unimplemented",
      `${label}: the transport ${capabilities.name} cannot make synchronous calls; await the call, or use a transport ` +
        "that can (capabilities.synchronousCall): of those that come with this library, shm",
    );
  }
  if (!delivering) return undefined;
  return new RpcError(
    "failedPrecondition",
    `${label}: a synchronous call cannot be made while a message of its connection is being delivered, which is where a ` +
      "handler runs until its first await: await the call instead, or await something before it",
  );
}

/** Outcome of a synchronous call. */
export class Settlement {
  #value: unknown;
  #error: Error | undefined;
  #settled = false;

  readonly resolve = (value: unknown): void => {
    this.#value = value;
    this.#settled = true;
  };

  readonly reject = (error: Error): void => {
    this.#error = error;
    this.#settled = true;
  };

  /**
   * Receives messages until the call has settled.
   * @param expire settles the call; called once its deadline has passed.
   */
  receive(transport: TransportConnection, { deadline }: PendingCall, expire: () => void): void {
    while (!this.#settled) {
      const leftMs = deadline?.remainingMs ?? longestWaitMs;
      if (leftMs > 0) transport.receiveSync?.(Math.min(leftMs, longestWaitMs));
      else expire();
    }
  }

  /**
   * Returns the result.
   * @throws {RpcError} if the call failed.
   */
  take(): unknown {
    if (this.#error !== undefined) {
      showStack(this.#error);
      throw this.#error;
    }
    return this.#value;
  }
}
