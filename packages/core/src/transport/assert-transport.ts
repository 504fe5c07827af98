import { givenKind } from "../errors/given-kind.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Transport } from "./transport.js";

/** True for an object with the functions of a transport. */
export function isTransport(value: unknown): value is Transport {
  const { dial, listen } = (value ?? {}) as Partial<Transport>;
  return typeof dial === "function" && typeof listen === "function";
}

/**
 * Asserts that a program passes a transport, which only plain JavaScript or a cast can get wrong.
 * @throws {RpcError} `invalidArgument` for anything else.
 */
export function assertTransport(where: string, value: unknown): void {
  if (isTransport(value)) return;
  const problem =
    typeof value === "string"
      ? "@crosspane/core takes a transport object, not an endpoint string; import from @crosspane/transports"
      : `the endpoint must be a transport object, got ${givenKind(value)}`;
  throw new RpcError("invalidArgument", `${where}: ${problem}`);
}
