import { givenKind } from "./given-kind.js";
import { RpcError } from "./rpc-error.js";

/**
 * Asserts that an option is a number of milliseconds.
 * @param where the function and the option: `connect: timeoutMs`.
 * @param least the smallest valid number.
 * @throws {RpcError} `invalidArgument` for anything else, for example text.
 */
export function assertMs(where: string, given: unknown, least = 0): void {
  if (typeof given === "number" && given >= least) return;
  const shown = typeof given === "number" ? given : givenKind(given);
  throw new RpcError("invalidArgument", `${where} must be ${least} or more milliseconds, got ${shown}`);
}
