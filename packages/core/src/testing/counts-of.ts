import type { Connection } from "../call/connection.js";
import { SessionConnection } from "../connection/session-connection.js";
import type { SessionCounts } from "../connection/session-counts.js";
import { RpcError } from "../errors/rpc-error.js";

/**
 * Returns the number of everything in flight on a connection, by table. For tests that prove that
 * nothing is left behind: all are 0 once everything that was begun on it has ended at both sides.
 * @throws {RpcError} `invalidArgument` for a connection that `connect` and `serve` did not make.
 */
export function countsOf(connection: Connection): SessionCounts {
  const counts = SessionConnection.countsOf(connection);
  if (counts === undefined) {
    throw new RpcError("invalidArgument", "countsOf: pass a connection of `connect` or of a server");
  }
  return counts;
}
