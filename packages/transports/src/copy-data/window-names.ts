import { RpcError } from "@crosspane/core";
import { canonicalName } from "@crosspane/core/transport";

/**
 * Limit that Windows sets for the name of a mutex:
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createmutexw.
 */
const maxMutexChars = 260;
const mutexPrefix = "Local\\crosspane-copydata-";

/**
 * Returns the title of the window of a name, by which clients find it. Its class is up to each
 * program.
 */
export function windowTitle(name: string): string {
  return `crosspane:${canonicalName(name)}`;
}

/**
 * Returns the name of the mutex that claims a name in this logon session, as windows are per
 * session. It is in upper case for compatibility.
 */
export function mutexName(name: string): string {
  return mutexPrefix + canonicalName(name).toUpperCase();
}

/**
 * Checks that a name is valid as the title of a window and the name of a mutex.
 * @throws {RpcError} `invalidArgument` with the rule that is broken.
 */
export function assertWindowName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  throw new RpcError("invalidArgument", `copydata ${shown}: ${problem}; choose a name like "inventory"`);
}

function problemOf(name: string): string | undefined {
  if (name === "") return "the name is empty";
  if (/[\\/]/.test(name)) return "a name must not contain a slash or a backslash";
  if (/\p{Cc}/u.test(name)) return "a name must not contain control characters";
  if (!name.isWellFormed()) return "a name must be well-formed Unicode";
  const most = maxMutexChars - mutexPrefix.length;
  // Upper case may be longer: "ß" becomes "SS".
  return mutexName(name).length > maxMutexChars ? `the name has more than ${most} characters` : undefined;
}
