import type { Transport } from "@crosspane/core/transport";
import { SecretClientConnection, SecretServerConnection } from "./secret-connection.js";
import { secretKey } from "./secret-handshake.js";

/**
 * Adds a secret to a transport. Each connection begins with a proof of the secret in both
 * directions, before anything of the services is sent. The proof authenticates the peer when the
 * connection opens; it does not encrypt.
 * @throws {RpcError} `invalidArgument` for a secret of fewer than 16 bytes.
 */
export function withSecret(transport: Transport, secret: string | Uint8Array): Transport {
  const key = secretKey(secret);
  return {
    endpoint: transport.endpoint,
    capabilities: transport.capabilities,
    dial: async (signal, found) => new SecretClientConnection(await transport.dial(signal, found), key),
    listen: (acceptor) =>
      transport.listen({
        accept: (connection) => acceptor.accept(new SecretServerConnection(connection, key)),
        failed: (error) => acceptor.failed(error),
      }),
  };
}
