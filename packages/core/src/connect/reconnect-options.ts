import { assertMs } from "../errors/assert-ms.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";

/** Options for reconnecting. */
export interface ReconnectOptions {
  /**
   * Milliseconds before the first attempt, doubled with each failed one; half of it is random. 100
   * by default.
   */
  readonly minDelayMs?: number;
  /**
   * Milliseconds between two attempts, at most; 5,000 by default. If a link breaks before it is
   * that old, the delay is not reset to `minDelayMs`.
   */
  readonly maxDelayMs?: number;
  /** Milliseconds without a link after which the connection closes; never by default. */
  readonly maxElapsedMs?: number;
  /**
   * Milliseconds that a call without a link waits for the next one, or until its deadline if that
   * is earlier; 30,000 by default. With 0 such calls fail at once. One-way and synchronous calls
   * cannot wait and always fail at once.
   */
  readonly waitMs?: number;
}

/** Options with defaults filled in. */
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
 * Checks options and fills in defaults. Returns undefined for a connection that does not reconnect.
 * @throws {RpcError} `invalidArgument` for a time that is not a valid number of milliseconds.
 */
export function checkReconnect(asked: boolean | ReconnectOptions | undefined): ReconnectPolicy | undefined {
  if (asked === undefined || asked === false) return undefined;
  if (asked !== true) assertOptions("connect: reconnect", asked, optionNames);
  const policy: ReconnectPolicy = asked === true ? defaults : { ...defaults, ...asked };
  for (const [name, ms] of Object.entries(policy)) {
    const least = name.endsWith("DelayMs") ? 1 : 0;
    assertMs(`reconnect.${name}`, ms, least);
  }
  return policy;
}
