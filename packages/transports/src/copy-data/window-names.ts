import { RpcError } from "@crosspane/core";
import { canonicalName } from "@crosspane/core/transport";

/** What Windows allows for the name of a mutex: https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createmutexw. */
const maxMutexChars = 260;
const mutexPrefix = "Local\\crosspane-copydata-";

/** The title of the window of a name, by which clients find it: its class is each program's own affair. */
export function windowTitle(name: string): string {
  return `crosspane:${canonicalName(name)}`;
}

/** The mutex that says that a name is taken, in this logon session, as windows are; in upper case, which is how it began. */
export function mutexName(name: string): string {
  return mutexPrefix + canonicalName(name).toUpperCase();
}

/**
 * Holds a name to what the title of a window and the name of a mutex can be.
 * @throws {RpcError} `invalidArgument` saying which rule is broken.
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
