import { RpcError } from "@crosspane/core";
import type { TransportListener } from "@crosspane/core/transport";
import { openNamed } from "../transport-registry.js";
import { endpointKey } from "./start-records.js";

/**
 * Takes the turn to start the server of an endpoint, or gives undefined if another process, or another part of this one, has it. It is the name of
 * a pipe that nobody dials: the system frees it when its holder ends, however it ends.
 */
export async function takeStartTurn(endpoint: string): Promise<TransportListener | undefined> {
  const transport = await openNamed("pipe", `start-${endpointKey(endpoint)}`);
  try {
    return await transport.listen({
      accept: (connection) =>
        connection.abort(new RpcError("unavailable", `${endpoint} is being started; nobody is served here`)),
      failed: () => {},
    });
  } catch (thrown) {
    if (thrown instanceof RpcError && thrown.code === "alreadyExists") return undefined;
    throw thrown;
  }
}
