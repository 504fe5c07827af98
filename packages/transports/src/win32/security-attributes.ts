import { RpcError } from "@crosspane/core/transport";
import type { Access } from "./access.js";
import { convertStringSecurityDescriptor, lookupAccountName } from "./advapi32.js";
import { localFree } from "./kernel32.js";
import { pointerTo } from "./load-koffi.js";
import { ownIdentity } from "./process-identity.js";
import { sidText } from "./token.js";
import type { Address } from "./types.js";
import { win32Error } from "./win32-error.js";

/**
 * Rights of users other than the owner on each kind of object: to use it, but neither to create
 * more instances of it nor to change its rights.
 */
const othersRights = {
  // Read and write without FILE_CREATE_PIPE_INSTANCE, which would let them pose as the server:
  // https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights.
  pipe: "0x12019b",
  // READ_CONTROL, which reveals the creator, and SECTION_MAP_READ, SECTION_MAP_WRITE,
  // SECTION_QUERY:
  // https://learn.microsoft.com/windows/win32/memory/file-mapping-security-and-access-rights.
  section: "0x20007",
  // EVENT_QUERY_STATE, EVENT_MODIFY_STATE and SYNCHRONIZE:
  // https://learn.microsoft.com/windows/win32/sync/synchronization-object-security-and-access-rights.
  event: "0x100003",
  // FILE_GENERIC_READ: https://learn.microsoft.com/windows/win32/fileio/file-access-rights-constants.
  file: "0x120089",
  // MUTEX_MODIFY_STATE and SYNCHRONIZE.
  mutex: "0x100001",
} as const;

export type ObjectKind = keyof typeof othersRights;

/**
 * Returns the security descriptor for an object, as text: protected from inheritance, owned by this
 * user, closed to the network.
 * @throws {RpcError} `invalidArgument` for an unknown user, or a descriptor without a DACL.
 */
export function accessSddl(access: Access, kind: ObjectKind): string {
  const own = ownIdentity().userSid;
  if (typeof access === "object" && "sddl" in access) return withOwner(access.sddl, own);
  const users = access === "currentUser" ? [] : access.users.map(toSid).filter((sid) => sid !== own);
  const granted = users.map((sid) => `(A;;${othersRights[kind]};;;${sid})`);
  return `O:${own}D:P(D;;GA;;;NU)(A;;GA;;;${own})${granted.join("")}`;
}

/** https://learn.microsoft.com/windows/win32/api/wtypesbase/ns-wtypesbase-security_attributes */
const attributesBytes = 24;
const sddlRevision = 1;

/**
 * Runs `make` with a SECURITY_ATTRIBUTES for objects of this kind; it is valid until `make`
 * returns. Handles are not inherited.
 * @throws {RpcError} `invalidArgument` for an unknown user or an invalid descriptor, before any
 * object is created.
 */
export function withSecurityAttributes<T>(
  access: Access,
  kind: ObjectKind,
  make: (attributes: Buffer) => T,
): T {
  const sddl = accessSddl(access, kind);
  const made = new BigUint64Array(1);
  if (convertStringSecurityDescriptor(sddl, sddlRevision, made, new Uint32Array(1)) === 0) {
    throw win32Error("ConvertStringSecurityDescriptorToSecurityDescriptorW", JSON.stringify(sddl));
  }
  const descriptor = made[0] as bigint;
  try {
    const attributes = Buffer.alloc(attributesBytes);
    attributes.writeUInt32LE(attributesBytes, 0);
    attributes.writeBigUInt64LE(descriptor, 8);
    return make(attributes);
  } finally {
    localFree(Number(descriptor) as Address);
  }
}

/**
 * An optional owner and group before the mandatory DACL: an object without one is open to everyone.
 */
const sddlStart = /^(O:(?:[A-Z]{2}|S-[-\dA-FX]+))?(?:G:(?:[A-Z]{2}|S-[-\dA-FX]+))?D:/i;

/**
 * Adds this user as the owner to a descriptor that names none. Otherwise the objects of an elevated
 * process would belong to the administrators, but others recognize the creator of an object by its
 * owner.
 */
function withOwner(sddl: string, owner: string): string {
  const start = sddlStart.exec(sddl);
  if (start === null) {
    throw new RpcError(
      "invalidArgument",
      `access: ${JSON.stringify(sddl)} is not a security descriptor with a DACL; write one like "D:P(A;;GA;;;${owner})"`,
    );
  }
  return start[1] === undefined ? `O:${owner}${sddl}` : sddl;
}

/**
 * User, group, alias, well-known group:
 * https://learn.microsoft.com/windows/win32/api/winnt/ne-winnt-sid_name_use.
 */
const accounts: readonly number[] = [1, 2, 4, 5];

/**
 * Returns the SID of a user or group.
 * @param user `DOMAIN\name`, `name`, or a SID, whose letter may be lower case.
 * @throws {RpcError} `invalidArgument` if the name is unknown.
 */
export function toSid(user: string): string {
  if (/^S-1(-\d+)+$/i.test(user)) return user.toUpperCase();
  const sid = Buffer.alloc(68);
  const domain = Buffer.alloc(512);
  const sizes = [Uint32Array.of(sid.length), Uint32Array.of(domain.length / 2)] as const;
  const use = new Uint32Array(1);
  if (lookupAccountName(null, user, sid, sizes[0], domain, sizes[1], use) === 0) {
    const cause = win32Error("LookupAccountNameW", JSON.stringify(user));
    throw new RpcError(
      "invalidArgument",
      `there is no user or group ${JSON.stringify(user)}; give a name that this machine knows, or a SID`,
      { cause },
    );
  }
  if (!accounts.includes(use[0] as number)) {
    throw new RpcError(
      "invalidArgument",
      `${JSON.stringify(user)} names a domain or a machine and no user or group; write DOMAIN\\name, or a SID`,
    );
  }
  return sidText(pointerTo(sid));
}
