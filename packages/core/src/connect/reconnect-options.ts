import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";

/** How a connection comes back by itself. */
export interface ReconnectOptions {
  /** Milliseconds before the first attempt, doubled with each that fails, half of it by chance; 100 unless given. */
  readonly minDelayMs?: number;
  /** Milliseconds between two attempts at most; 5,000 unless given. A link that breaks before it was that old does not begin anew with the first. */
  readonly maxDelayMs?: number;
  /** Milliseconds without a link after which the connection gives up and is closed; never unless given. */
  readonly maxElapsedMs?: number;
  /**
   * Milliseconds that a call which is made meanwhile waits for the next link at most, or up to its own deadline if that is earlier; 30,000
   * unless given. With 0 such calls fail at once. One-way and synchronous calls cannot wait and fail at once always.
   */
  readonly waitMs?: number;
}

/** The same with nothing left open. */
export type ReconnectPolicy = Required<ReconnectOptions>;

const optionNames = {
  minDelayMs: true,
  maxDelayMs: true,
  maxElapsedMs: true,
  waitMs: true,
} satisfies OptionNames<ReconnectOptions>;

const defaults: ReconnectPolicy = {
  minDelayMs: 100,
  maxDelayMs: 5_000,
  maxElapsedMs: Number.POSITIVE_INFINITY,
  waitMs: 30_000,
};

/**
 * What holds; undefined for a connection that does not come back.
 * @throws {RpcError} `invalidArgument` for a time that is no number of milliseconds.
 */
export function checkReconnect(asked: boolean | ReconnectOptions | undefined): ReconnectPolicy | undefined {
  if (asked === undefined || asked === false) return undefined;
  if (asked !== true) assertOptions("connect: reconnect", asked, optionNames);
  const policy: ReconnectPolicy = asked === true ? defaults : { ...defaults, ...asked };
  for (const [name, ms] of Object.entries(policy)) {
    const least = name.endsWith("DelayMs") ? 1 : 0;
    if (!(ms >= least)) {
      throw new RpcError(
        "invalidArgument",
        `reconnect.${name} must be ${least} or more milliseconds, got ${ms}`,
      );
    }
  }
  return policy;
}
