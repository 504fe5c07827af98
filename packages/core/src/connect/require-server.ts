import { RpcError } from "../errors/rpc-error.js";
import { parsePeerRule, unmetRules } from "../service/peer-rule.js";
import type { Transport } from "../transport/transport.js";

/**
 * Dials, and gives back only a connection whose other end meets one of the rules; nothing has been sent on it yet.
 * @throws {RpcError} `invalidArgument` for a rule that cannot be read; dialing then rejects with `permissionDenied`.
 */
export function dialVerified(
  transport: Transport,
  requireServer: readonly string[] | undefined,
): Transport["dial"] {
  if (requireServer === undefined) return (signal, found) => transport.dial(signal, found);
  const rules = requireServer.map(parsePeerRule);
  return async (signal, found) => {
    const connection = await transport.dial(signal, found);
    const unmet = unmetRules(rules, connection.peer);
    if (unmet === undefined) return connection;
    const refusal = new RpcError(
      "permissionDenied",
      `${transport.endpoint}: the server is not who it has to be. requireServer asks for: ${unmet}`,
    );
    connection.abort(refusal);
    throw refusal;
  };
}
