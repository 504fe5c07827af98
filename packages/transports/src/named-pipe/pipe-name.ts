import { createHash } from "node:crypto";
import { RpcError } from "@crosspane/core";
import { canonicalName } from "@crosspane/core/transport";

/** What Windows allows for the whole path of a pipe, in UTF-16 units. */
const maxWindowsPathChars = 256;

/** Keeps the names of this framework apart from other programs' in the one list that the machine has. */
const windowsPrefix = "\\\\.\\pipe\\crosspane-";

const sharedPrefix = `${windowsPrefix}shared-`;

/** Characters of the part that stands for a user in a logon session. */
const scopeChars = 32;

/** The same for every kind of path, so that a name does not become too long by an option. */
const maxNameChars = maxWindowsPathChars - windowsPrefix.length - scopeChars - 1;

/** Who uses a pipe: a user in a logon session. */
export interface PipeScope {
  readonly userSid: string;
  readonly sessionId: number;
}

/**
 * The Windows path of a pipe for one user in one logon session. The list of pipes is one for the machine, so the path names them,
 * by the first half of a SHA-256 of `SID/SESSION` in hexadecimal digits: two users, or one who is logged on twice, do not meet.
 * See https://learn.microsoft.com/windows/win32/ipc/pipe-names.
 * @throws {RpcError} `invalidArgument` for a path that is too long.
 */
export function userPipePath(name: string, { userSid, sessionId }: PipeScope): string {
  const scope = createHash("sha256").update(`${userSid}/${sessionId}`).digest("hex").slice(0, scopeChars);
  return windowsPath(`${windowsPrefix}${scope}-`, name);
}

/**
 * The Windows path of a pipe that other users share: one of this name for the whole machine.
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
 * Holds a name to the rules that it must keep on every system, so that one that works here works on Windows too.
 * @throws {RpcError} `invalidArgument` saying which rule is broken.
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

/** A name in an error message: cut, so that a message never multiplies its input. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
