import type { TransportCapabilities, TransportConnection } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import { ownIdentity } from "../win32/process-identity.js";
import { toSid } from "../win32/security-attributes.js";
import { adoptHandle } from "./adopt-handle.js";
import { openPipe } from "./open-pipe.js";
import { sharedPipePath, userPipePath } from "./pipe-name.js";
import { pipePeer } from "./pipe-peer.js";
import { verifyServer } from "./verify-server.js";

/** Which pipe is dialed. */
export interface DialPipeOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  /** The users who may be the server; this one unless given. */
  readonly servedBy: readonly string[] | undefined;
}

/**
 * Opens a Windows pipe and makes sure whose it is. The pipe of this user and logon session comes before one of the same name that users
 * share; who expects another user's server looks for the shared one only.
 * @throws {RpcError} what {@link openPipe} and {@link verifyServer} say, `invalidArgument` for a user that does not exist.
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
    verifyServer(pipe.value, peer, expected, endpoint);
    return new ByteStreamConnection(adoptHandle(pipe, path), { capabilities, peer, endpoint });
  } catch (error) {
    pipe.close();
    throw error;
  }
}
