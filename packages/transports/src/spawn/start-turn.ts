import { RpcError } from "@crosspane/core";
import type { TransportListener } from "@crosspane/core/transport";
import { openNamed } from "../transport-registry.js";
import { endpointKey } from "./start-records.js";

/**
 * Takes the turn to start the server of an endpoint; returns undefined if another process, or
 * another part of this one, has it. The turn is the name of a pipe that is never dialed: the system
 * frees it when its holder ends in any way.
 */
export async function takeStartTurn(endpoint: string): Promise<TransportListener | undefined> {
  const transport = await openNamed("pipe", `start-${endpointKey(endpoint)}`);
  try {
    return await transport.listen({
      accept: (connection) =>
        connection.abort(
          new RpcError("unavailable", `${endpoint} is being started; this pipe serves no clients`),
        ),
      failed: () => {},
    });
  } catch (thrown) {
    if (thrown instanceof RpcError && thrown.code === "alreadyExists") return undefined;
    throw thrown;
  }
}
