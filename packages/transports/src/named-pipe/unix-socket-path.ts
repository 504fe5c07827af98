import { lstat, mkdir, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { RpcError } from "@crosspane/core";
import { nodeErrorCode, rpcErrorFromNode } from "../node-error.js";

/** What `sun_path` holds besides its final NUL, in bytes: 104 with it on macOS and the BSDs, 108 on Linux. */
const maxPathBytes = process.platform === "linux" ? 107 : 103;

/** The rights that nobody but the owner may have to the folder of the sockets. */
const rightsOfOthers = 0o077;

/**
 * Where the Unix socket of a pipe name lies: in `$XDG_RUNTIME_DIR/crosspane`, or in `crosspane-UID` of the folder for temporary
 * files where there is no such place.
 * @throws {RpcError} `invalidArgument` for a path that is too long for a socket.
 */
export async function unixSocketPath(name: string): Promise<string> {
  const path = join(await socketFolder(), `${name}.sock`);
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

/**
 * Holds the folder of a socket to be private to this user: who can write to it could put a socket of his own under the name.
 * @returns false if there is no such folder.
 * @throws {RpcError} `permissionDenied` if somebody else owns it or has rights to it.
 */
export async function isPrivateFolder(folder: string, endpoint: string): Promise<boolean> {
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(folder);
  } catch (error) {
    if (nodeErrorCode(error) === "ENOENT") return false;
    throw rpcErrorFromNode(error, "look at the socket folder of", endpoint);
  }
  const { uid } = userInfo();
  const problem = !found.isDirectory()
    ? "is not a folder"
    : found.uid !== uid
      ? `belongs to user ${found.uid}, not to ${uid} who runs this`
      : (found.mode & rightsOfOthers) !== 0
        ? "can be used by other users; run chmod 700 on it"
        : undefined;
  if (problem === undefined) return true;
  throw new RpcError("permissionDenied", `${endpoint}: ${folder}, where its socket lies, ${problem}`);
}

/** Makes the folder of a socket, or holds the one that is there to be private. */
export async function makePrivateFolder(folder: string, endpoint: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (nodeErrorCode(error) !== "EEXIST")
      throw rpcErrorFromNode(error, "make the socket folder of", endpoint);
  }
  await isPrivateFolder(folder, endpoint);
}

async function socketFolder(): Promise<string> {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  if (runtime !== undefined && isAbsolute(runtime) && (await isFolder(runtime)))
    return join(runtime, "crosspane");
  return join(tmpdir(), `crosspane-${userInfo().uid}`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
