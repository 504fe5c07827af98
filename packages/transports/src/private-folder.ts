import { lstat, mkdir, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { RpcError } from "@crosspane/core";
import { nodeErrorCode, rpcErrorFromNode } from "./node-error.js";

/** The rights that nobody but the owner may have to the folder. */
const rightsOfOthers = 0o077;

/**
 * The folder for what this user's processes find each other by. On Windows `crosspane` in the user's folder of local data; elsewhere
 * `$XDG_RUNTIME_DIR/crosspane`, or `crosspane-UID` in the folder for temporary files where there is no such place. It need not be there.
 */
export async function userFolder(): Promise<string> {
  if (process.platform === "win32") return join(process.env["LOCALAPPDATA"] ?? tmpdir(), "crosspane");
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  if (runtime !== undefined && isAbsolute(runtime) && (await isFolder(runtime)))
    return join(runtime, "crosspane");
  return join(tmpdir(), `crosspane-${userInfo().uid}`);
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
    if (nodeErrorCode(error) !== "EEXIST") throw rpcErrorFromNode(error, "make the folder of", endpoint);
  }
  await isPrivateFolder(folder, endpoint);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
