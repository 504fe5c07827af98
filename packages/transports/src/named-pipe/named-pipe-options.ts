import { RpcError } from "@crosspane/core";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";
import type { Access } from "../win32/security-attributes.js";

/** Who may take part in a named pipe, beside this user. On Windows only: elsewhere a pipe is private to the user. */
export interface NamedPipeOptions {
  /**
   * Who may connect to a server; `"currentUser"` unless given.
   *
   * - `"currentUser"`: this user in this logon session. Others may have a pipe of the same name.
   * - `{ users }`: this user and these users and groups, by name (`DOMAIN\\name`, `name`) or SID, in every session. They may read and write;
   *   they cannot make instances of the pipe, which would let them pose as the server.
   * - `{ sddl }`: a security descriptor in the words of
   *   https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format. Clients ask for the rights 0x12019B. Nothing is
   *   added to it but this user as the owner, if it names none.
   *
   * With all but the first the name is one for the machine.
   */
  readonly access?: Access;
  /**
   * The users who may run the server that a client connects to, by name or SID; this user unless given. A client refuses the pipe of anybody
   * else, so a program of another user that takes the name first learns nothing.
   */
  readonly servedBy?: readonly string[];
}

const optionNames = { access: true, servedBy: true } satisfies OptionNames<NamedPipeOptions>;

/**
 * Holds the options to their form, also those that no compiler has seen.
 * @throws {RpcError} `invalidArgument` saying what is wrong.
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
