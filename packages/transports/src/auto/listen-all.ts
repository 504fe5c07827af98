import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportConnection, TransportListener } from "@crosspane/core/transport";
import type { Candidate } from "./candidate.js";

export interface ListenAllOptions {
  readonly acceptor: TransportAcceptor;
  /**
   * Requires every candidate to open; otherwise those are left out that this system does not
   * support.
   */
  readonly strict: boolean;
}

/**
 * Opens the candidates in their order: when a client finds a later one open, the earlier ones are
 * open too. Clients that connect meanwhile wait until all are open.
 * @throws {RpcError} the first failure, with its code; everything that was open is closed then.
 */
export async function listenAll(
  endpoint: string,
  candidates: readonly Candidate[],
  { acceptor, strict }: ListenAllOptions,
): Promise<TransportListener> {
  const listeners: TransportListener[] = [];
  const early: TransportConnection[] = [];
  let open = false;
  let missing: RpcError | undefined;
  try {
    for (const candidate of candidates) {
      try {
        const transport = await candidate.open();
        const accept = (connection: TransportConnection) => {
          connection.choice = { endpoint: transport.endpoint, skipped: [] };
          if (open) acceptor.accept(connection);
          else early.push(connection);
        };
        listeners.push(await transport.listen({ accept, failed: (error) => acceptor.failed(error) }));
      } catch (thrown) {
        const error = RpcError.from(thrown, "internal");
        const message = `listen on ${endpoint}: ${candidate.endpoint} failed: ${error.message}`;
        missing = new RpcError(error.code, message, { cause: error });
        if (strict || error.code !== "unimplemented") throw missing;
      }
    }
    if (listeners.length === 0 && missing !== undefined) throw missing;
  } catch (thrown) {
    const error = RpcError.from(thrown);
    for (const connection of early) connection.abort(error);
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  open = true;
  for (const connection of early) acceptor.accept(connection);
  return {
    endpoint,
    close: async () => void (await Promise.all(listeners.map((listener) => listener.close()))),
  };
}
