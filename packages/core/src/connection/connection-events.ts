import type { CloseReason, Connection } from "../call/connection.js";
import { diagnosticsChannel } from "../interceptor/diagnostics-channel.js";

/**
 * Message on the channel `crosspane.connection` of `node:diagnostics_channel`, for every connection
 * of the process.
 */
export type ConnectionEvent =
  | { readonly type: "open"; readonly connection: Connection }
  | { readonly type: "close"; readonly connection: Connection; readonly reason: CloseReason };

const channel = diagnosticsChannel("crosspane.connection");

/** Publishes an event to the channel's subscribers. */
export function publishConnection(event: ConnectionEvent): void {
  if (channel.hasSubscribers) channel.publish(event);
}
