import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { RpcError } from "@crosspane/core";
import { nodeErrorCode, rpcErrorFromNode } from "../errors/node-error.js";

/** The rights that nobody but the owner may have to the folder. */
const rightsOfOthers = 0o077;

/** Rights to replace what lies in a folder, and the bit that leaves them to the owner of each entry. */
const writeOfOthers = 0o022;
const sticky = 0o1000;

/**
 * The folder for what this user's processes find each other by. On Windows `crosspane` in the user's folder of local data; elsewhere
 * `$XDG_RUNTIME_DIR/crosspane`, or `crosspane-UID` in the folder for temporary files where there is no such place, or where another
 * user could put something else there, as where the variable was taken over from another user's session. It need not exist.
 * @throws {RpcError} `permissionDenied` if other users can replace what lies in each of these places.
 */
export async function userFolder(): Promise<string> {
  if (process.platform === "win32") return join(process.env["LOCALAPPDATA"] ?? tmpdir(), "crosspane");
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  const own = runtime !== undefined && isAbsolute(runtime) ? await guarded(runtime) : undefined;
  if (own !== undefined) return join(own, "crosspane");
  const places = [tmpdir(), "/var/tmp"];
  for (const place of places) {
    const shared = await guarded(place);
    if (shared !== undefined) return join(shared, `crosspane-${userInfo().uid}`);
  }
  throw new RpcError(
    "permissionDenied",
    `other users can replace what lies in ${places.join(" or ")}: set XDG_RUNTIME_DIR to a folder of this user alone`,
  );
}

/**
 * Holds a folder to be private to this user: who can write to it could put a socket of his own under a name. Windows gives nobody else
 * rights to the folders of a profile.
 * @returns false if there is no such folder.
 * @throws {RpcError} `permissionDenied` if somebody else owns it or has rights to it.
 */
export async function isPrivateFolder(folder: string, endpoint: string): Promise<boolean> {
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(folder);
  } catch (error) {
    if (nodeErrorCode(error) === "ENOENT") return false;
    throw rpcErrorFromNode(error, "look at the folder of", endpoint);
  }
  if (process.platform === "win32") return true;
  const { uid } = userInfo();
  const problem = !found.isDirectory()
    ? "is not a folder"
    : found.uid !== uid
      ? `belongs to user ${found.uid}, not to ${uid} who runs this`
      : (found.mode & rightsOfOthers) !== 0
        ? "can be used by other users; run chmod 700 on it"
        : undefined;
  if (problem === undefined) return true;
  throw new RpcError(
    "permissionDenied",
    `${endpoint}: ${folder}, through which its processes meet, ${problem}`,
  );
}

/** Makes a folder that is private to this user, or holds the one that is there to be so. */
export async function makePrivateFolder(folder: string, endpoint: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = nodeErrorCode(error);
    // Not what it means of a server: no attempt to connect mends a folder that is not there.
    if (code === "ENOENT") throw noFolder(folder, endpoint, error);
    if (code !== "EEXIST") throw rpcErrorFromNode(error, "make the folder of", endpoint);
  }
  await isPrivateFolder(folder, endpoint);
}

function noFolder(folder: string, endpoint: string, cause: unknown): RpcError {
  const text = `${endpoint}: ${dirname(folder)}, through which its processes meet, is not there; make it`;
  return new RpcError("failedPrecondition", text, { cause });
}

/**
 * The true path of a folder that no other user but root can put another one in place of: each folder on the way to it belongs to
 * this user or root, and others may not write to it, or not replace what is not theirs. Undefined for any other.
 */
async function guarded(folder: string): Promise<string | undefined> {
  const { uid: own } = userInfo();
  try {
    const path = await realpath(folder);
    if (!(await stat(path)).isDirectory()) return undefined;
    // Not the root itself, which belongs to an unknown user in some containers.
    for (let at = path; dirname(at) !== at; at = dirname(at)) {
      const { uid, mode } = await stat(at);
      if (uid !== own && uid !== 0) return undefined;
      if ((mode & writeOfOthers) !== 0 && (mode & sticky) === 0) return undefined;
    }
    return path;
  } catch {
    return undefined;
  }
}
