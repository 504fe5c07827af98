import type { TransportCapabilities, TransportConnection } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import { ownIdentity } from "../win32/process-identity.js";
import { toSid } from "../win32/security-attributes.js";
import { adoptHandle } from "./adopt-handle.js";
import { openPipe } from "./open-pipe.js";
import { sharedPipePath, userPipePath } from "./pipe-name.js";
import { pipePeer } from "./pipe-peer.js";
import { verifyServer } from "./verify-server.js";

/** The pipe to dial. */
export interface DialPipeOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  /** Users that may run the server; by default this user. */
  readonly servedBy: readonly string[] | undefined;
}

/**
 * Opens a Windows pipe and verifies its owner. The pipe of this user and logon session takes
 * precedence over one of the same name that users share. With `servedBy` only the shared one is
 * looked for.
 * @throws {RpcError} the errors of {@link openPipe} and {@link verifyServer}, `invalidArgument` for
 * an unknown user.
 */
export async function dialPipe(options: DialPipeOptions, signal: AbortSignal): Promise<TransportConnection> {
  const { name, endpoint, capabilities, servedBy } = options;
  const own = ownIdentity();
  const expected = servedBy?.map(toSid) ?? [own.userSid];
  const shared = sharedPipePath(name);
  const paths = servedBy === undefined ? [userPipePath(name, own), shared] : [shared];
  const { pipe, path } = await openPipe(paths, endpoint, signal);
  try {
    const peer = pipePeer(pipe.value, "server", path);
    verifyServer(pipe.value, peer, { endpoint, expected });
    return new ByteStreamConnection(adoptHandle(pipe, path), { capabilities, peer, endpoint });
  } catch (error) {
    pipe.close();
    throw error;
  }
}
