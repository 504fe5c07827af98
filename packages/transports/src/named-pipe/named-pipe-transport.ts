import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { assertNamedPipeOptions, type NamedPipeOptions } from "./named-pipe-options.js";
import { assertPipeName } from "./pipe-name.js";
import { UnixSocketTransport } from "./unix-socket-transport.js";
import { WindowsPipeTransport } from "./windows-pipe-transport.js";

/**
 * A named pipe on Windows; on Linux and macOS a Unix socket of the same name in a folder that is private to the user.
 *
 * On Windows a server admits, unless told otherwise, its own user in its own logon session and nobody from another machine, and it has its name for
 * itself: two servers of one name never share clients. A client lets the server identify it, not act in its name, and refuses a server
 * of another user than expected before it sends anything. Each side knows the other's process, program, user, session and elevation (`PeerInfo`); a
 * server of a user admits that user's programs whether elevated or not, and can tell them apart by it. A name stays taken as long as a connection
 * lives that was made through it, also after its listener was closed.
 * @throws {RpcError} `invalidArgument` for a name that is empty, too long, or has a slash, a backslash or a control character, and for options that
 * are none; `unimplemented` for options that widen access where there are no Windows pipes.
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
