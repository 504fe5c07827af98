import { RpcError } from "../errors/rpc-error.js";
import { parsePeerRule, unmetRules } from "../service/peer-rule.js";
import type { Transport } from "../transport/transport.js";

/**
 * Returns a dial function that accepts only a server that meets one of the rules, before anything
 * is sent to it. It rejects with `permissionDenied` for any other server.
 * @throws {RpcError} `invalidArgument` for a rule that cannot be parsed.
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
      `${transport.endpoint}: the server does not meet requireServer: ${unmet}`,
    );
    connection.abort(refusal);
    throw refusal;
  };
}
