import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { RpcError } from "@crosspane/core";
import { nodeErrorCode, rpcErrorFromNode } from "../errors/node-error.js";

/** Permissions of other users, none of which the folder may grant. */
const rightsOfOthers = 0o077;

/**
 * Permissions of other users to replace the contents of a folder, and the bit that restricts them
 * to the owner of each entry.
 */
const writeOfOthers = 0o022;
const sticky = 0o1000;

/**
 * Returns the folder through which the processes of this user find each other. It need not exist.
 * On Windows it is `crosspane` in the user's folder of local data. Elsewhere it is
 * `$XDG_RUNTIME_DIR/crosspane`. It is `crosspane-UID` in the folder for temporary files if the
 * variable does not name a folder, or if another user could replace that folder, as with a variable
 * inherited from another user's session.
 * @throws {RpcError} `permissionDenied` if other users can replace the contents of all these
 * folders.
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
 * Verifies that a folder is private to this user. Anyone who can write to it could place their own
 * socket under a name. Windows grants other users no access to the folders of a profile.
 * @returns false if there is no such folder.
 * @throws {RpcError} `permissionDenied` if another user owns it or has access to it.
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
      ? `belongs to user ${found.uid}, not to user ${uid}, who runs this program`
      : (found.mode & rightsOfOthers) !== 0
        ? "can be used by other users; run chmod 700 on it"
        : undefined;
  if (problem === undefined) return true;
  throw new RpcError(
    "permissionDenied",
    `${endpoint}: ${folder}, through which its processes meet, ${problem}`,
  );
}

/** Makes a folder that is private to this user, or verifies that the existing one is. */
export async function makePrivateFolder(folder: string, endpoint: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = nodeErrorCode(error);
    // Not the meaning that it has for a server: a retry would not create the folder.
    if (code === "ENOENT") throw noFolder(folder, endpoint, error);
    if (code !== "EEXIST") throw rpcErrorFromNode(error, "make the folder of", endpoint);
  }
  await isPrivateFolder(folder, endpoint);
}

function noFolder(folder: string, endpoint: string, cause: unknown): RpcError {
  const text = `${endpoint}: ${dirname(folder)}, through which its processes meet, does not exist; create it`;
  return new RpcError("failedPrecondition", text, { cause });
}

/**
 * Returns the real path of a folder that no other user except root can replace, or undefined. Each
 * folder on the path belongs to this user or root, and other users cannot write to it, or can
 * replace only their own entries.
 */
async function guarded(folder: string): Promise<string | undefined> {
  const { uid: own } = userInfo();
  try {
    const path = await realpath(folder);
    if (!(await stat(path)).isDirectory()) return undefined;
    // The root itself is not checked: it belongs to an unknown user in some containers.
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
