import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { assertNamedPipeOptions, type NamedPipeOptions } from "./named-pipe-options.js";
import { assertPipeName } from "./pipe-name.js";
import { UnixSocketTransport } from "./unix-socket-transport.js";
import { WindowsPipeTransport } from "./windows-pipe-transport.js";

/**
 * Creates a transport over a named pipe on Windows; on Linux and macOS over a Unix socket of the
 * same name in a folder that is private to the user.
 *
 * By default a server on Windows admits only its own user in its own logon session, and no clients
 * from other machines. A server owns its name: two servers of one name never share clients. A
 * client lets the server identify it, but not act in its name, and refuses a server of an
 * unexpected user before it sends anything. Each side knows the other's process, program, user,
 * session and elevation (`PeerInfo`). A server admits all programs of a user, elevated or not, and
 * can distinguish them by it. A name stays taken as long as a connection lives that was made
 * through it, even after its listener was closed.
 * @throws {RpcError} `invalidArgument` for a name that is empty, too long, or has a slash, a
 * backslash or a control character, and for invalid options; `unimplemented` for options that widen
 * access on other systems than Windows.
 */
export function namedPipe(name: string, options: NamedPipeOptions = {}): Transport {
  assertPipeName(name);
  assertNamedPipeOptions(name, options);
  if (process.platform === "win32") return new WindowsPipeTransport(name, options);
  if ((options.access ?? "currentUser") !== "currentUser" || options.servedBy !== undefined) {
    throw new RpcError(
      "unimplemented",
      `pipe ${JSON.stringify(name)}: on ${process.platform} a pipe is for one user only; leave out access and servedBy`,
    );
  }
  return new UnixSocketTransport(name);
}
