import { RpcError } from "@crosspane/core";

/** What Windows allows for the whole path of a pipe, in UTF-16 units. */
const maxWindowsPathChars = 256;

/** Keeps the names of this framework apart from other programs' in the one list that the machine has. */
const windowsPrefix = "\\\\.\\pipe\\crosspane-";

/**
 * The Windows path of a pipe. See https://learn.microsoft.com/windows/win32/ipc/pipe-names.
 * Names are not case sensitive there.
 * @throws {RpcError} `invalidArgument` for a path that is too long.
 */
export function windowsPipePath(name: string): string {
  const path = windowsPrefix + name;
  if (path.length > maxWindowsPathChars) {
    throw new RpcError(
      "invalidArgument",
      `pipe ${quoted(name)}: the name has ${name.length} characters, Windows allows ` +
        `${maxWindowsPathChars - windowsPrefix.length}; choose a shorter one`,
    );
  }
  return path;
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
