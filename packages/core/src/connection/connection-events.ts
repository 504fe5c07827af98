import type { CloseReason, Connection } from "../call/connection.js";
import { diagnosticsChannel } from "../interceptor/diagnostics-channel.js";

/** What the channel `crosspane.connection` of `node:diagnostics_channel` tells, of every connection of the process. */
export type ConnectionEvent =
  | { readonly type: "open"; readonly connection: Connection }
  | { readonly type: "close"; readonly connection: Connection; readonly reason: CloseReason };

const channel = diagnosticsChannel("crosspane.connection");

/** Tells whoever listens. */
export function publishConnection(event: ConnectionEvent): void {
  if (channel.hasSubscribers) channel.publish(event);
}
