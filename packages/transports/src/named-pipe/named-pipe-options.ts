import { RpcError } from "@crosspane/core";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";
import type { Access } from "../win32/access.js";

/**
 * Access to a named pipe for other users. Windows only: on other systems a pipe is private to the
 * user.
 */
export interface NamedPipeOptions {
  /**
   * Users that may connect to a server; by default `"currentUser"`.
   * - `"currentUser"`: this user in this logon session. Others may have a pipe of the same name.
   * - `{ users }`: this user and these users and groups, by name (`DOMAIN\\name`, `name`) or SID,
   *   in every session. They may read and write. They cannot create instances of the pipe, which
   *   would let them pose as the server.
   * - `{ sddl }`: a security descriptor in the syntax of
   *   https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format. Clients
   *   ask for the rights 0x12019B. It is used unchanged, except that this user becomes the owner if
   *   it names none.
   *
   * Except for `"currentUser"`, the name is shared by the whole machine.
   */
  readonly access?: Access;
  /**
   * Users that may run the server a client connects to, by name or SID; by default this user. A
   * client refuses the pipe of any other user, so a program of another user that takes the name
   * first learns nothing.
   */
  readonly servedBy?: readonly string[];
}

const optionNames = { access: true, servedBy: true } satisfies OptionNames<NamedPipeOptions>;

/**
 * Checks the form of the options, because callers without a compiler may pass anything.
 * @throws {RpcError} `invalidArgument` with the invalid option.
 */
export function assertNamedPipeOptions(name: string, options: NamedPipeOptions): void {
  assertOptions(`pipe ${JSON.stringify(name)}`, options, optionNames);
  const { access, servedBy } = options;
  if (access !== undefined && access !== "currentUser" && !isWiderAccess(access)) {
    throw invalid(name, 'access must be "currentUser", { users: [...] } or { sddl: "..." }');
  }
  if (servedBy !== undefined && (!isTexts(servedBy) || servedBy.length === 0)) {
    throw invalid(name, "servedBy must list the names or SIDs of users, at least one");
  }
}

function isWiderAccess(access: unknown): boolean {
  if (typeof access !== "object" || access === null) return false;
  if ("sddl" in access) return typeof access.sddl === "string" && access.sddl !== "";
  return "users" in access && isTexts(access.users);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}

function invalid(name: string, problem: string): RpcError {
  return new RpcError("invalidArgument", `pipe ${JSON.stringify(name)}: ${problem}`);
}
