import { join } from "node:path";
import { RpcError } from "@crosspane/core";
import { canonicalName } from "@crosspane/core/transport";
import { userFolder } from "../files/private-folder.js";

/**
 * Limit of `sun_path` without its final NUL, in bytes: 104 with it on macOS and the BSDs, 108 on
 * Linux.
 */
const maxPathBytes = process.platform === "linux" ? 107 : 103;

/**
 * Returns the path of the Unix socket for a pipe name, in the folder of the user.
 * @throws {RpcError} `invalidArgument` for a path that is too long for a socket.
 */
export async function unixSocketPath(name: string): Promise<string> {
  const path = join(await userFolder(), `${canonicalName(name)}.sock`);
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) {
    throw new RpcError(
      "invalidArgument",
      `pipe "${name}": its socket ${path} has a path of ${bytes} bytes, this system allows ${maxPathBytes}; ` +
        "choose a shorter name, or set XDG_RUNTIME_DIR to a shorter path",
    );
  }
  return path;
}
