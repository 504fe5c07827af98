import { createHash } from "node:crypto";
import { RpcError } from "@crosspane/core";
import { canonicalName } from "@crosspane/core/transport";

/** Limit that Windows sets for the whole path of a pipe, in UTF-16 units. */
const maxWindowsPathChars = 256;

/** Distinguishes the names of this framework from other programs' in the list of the machine. */
const windowsPrefix = "\\\\.\\pipe\\crosspane-";

const sharedPrefix = `${windowsPrefix}shared-`;

/** Length of the part that identifies a user in a logon session. */
const scopeChars = 32;

/**
 * Limit of a name, the same for every kind of path, so that an option does not make a name too
 * long.
 */
const maxNameChars = maxWindowsPathChars - windowsPrefix.length - scopeChars - 1;

/** The scope of a pipe: a user in a logon session. */
export interface PipeScope {
  readonly userSid: string;
  readonly sessionId: number;
}

/**
 * Returns the Windows path of a pipe for one user in one logon session. The machine has one list of
 * pipes, so the path contains both, as the first half of a SHA-256 of `SID/SESSION` in hexadecimal
 * digits. Two users, or one who is logged on twice, do not collide. See
 * https://learn.microsoft.com/windows/win32/ipc/pipe-names.
 * @throws {RpcError} `invalidArgument` for a path that is too long.
 */
export function userPipePath(name: string, { userSid, sessionId }: PipeScope): string {
  const scope = createHash("sha256").update(`${userSid}/${sessionId}`).digest("hex").slice(0, scopeChars);
  return windowsPath(`${windowsPrefix}${scope}-`, name);
}

/**
 * Returns the Windows path of a pipe that users share: one of this name for the whole machine.
 * @throws {RpcError} `invalidArgument` for a path that is too long.
 */
export function sharedPipePath(name: string): string {
  return windowsPath(sharedPrefix, name);
}

function windowsPath(prefix: string, name: string): string {
  const canonical = canonicalName(name);
  if (canonical.length > maxNameChars) {
    throw new RpcError(
      "invalidArgument",
      `pipe ${quoted(name)}: the name has ${canonical.length} characters, Windows allows ${maxNameChars}; choose a shorter one`,
    );
  }
  return prefix + canonical;
}

/**
 * Checks a name by the rules of every system, so that a name that works here works on Windows too.
 * @throws {RpcError} `invalidArgument` with the rule that is broken.
 */
export function assertPipeName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw new RpcError("invalidArgument", `pipe ${quoted(name)}: ${problem}; choose a name like "inventory"`);
}

function problemOf(name: string): string | undefined {
  if (name === "") return "the name is empty";
  if (/[\\/]/.test(name)) return "a name must not contain a slash or a backslash";
  if (/\p{Cc}/u.test(name)) return "a name must not contain control characters";
  if (!name.isWellFormed()) return "a name must be well-formed Unicode";
  return undefined;
}

/** Quotes a name for an error message, cut so that a message never multiplies its input. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
