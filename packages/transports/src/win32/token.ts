import { convertSidToStringSid, getTokenInformation, openProcessToken } from "./advapi32.js";
import { localFree } from "./kernel32.js";
import { readUtf16 } from "./load-koffi.js";
import { OwnedHandle } from "./owned-handle.js";
import type { Address, Handle } from "./types.js";
import { win32Error } from "./win32-error.js";

/**
 * User and rights of a process: https://learn.microsoft.com/windows/win32/secauthz/access-tokens.
 */
export interface TokenFacts {
  /** `S-1-5-21-…` */
  readonly userSid: string;
  /** The logon session, as `query session` shows it. */
  readonly sessionId: number;
  /** True if administrator rights are in force. */
  readonly elevated: boolean;
  /**
   * True for an enabled member of the administrators. In a program that is not elevated, that
   * membership only denies access.
   */
  readonly administrator: boolean;
}

/** https://learn.microsoft.com/windows/win32/secauthz/access-rights-for-access-token-objects */
const tokenQuery = 0x8;

/** https://learn.microsoft.com/windows/win32/api/winnt/ne-winnt-token_information_class */
const tokenInformation = { user: 1, groups: 2, sessionId: 12, elevation: 20 } as const;

/** https://learn.microsoft.com/windows/win32/secauthz/well-known-sids */
const administrators = "S-1-5-32-544";

/** https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_groups */
const groupsOffset = 8;
const groupBytes = 16;
const groupEnabled = 0x4;

/**
 * Reads the token of a process.
 * @param object names the process in errors.
 * @throws {RpcError} `permissionDenied` for a process of another user, unless this one is an
 * administrator.
 */
export function readToken(process: Handle, object: string): TokenFacts {
  const opened = new BigInt64Array(1);
  if (openProcessToken(process, tokenQuery, opened) === 0) throw win32Error("OpenProcessToken", object);
  using token = new OwnedHandle(Number(opened[0]) as Handle, `the token of ${object}`);
  const user = query(token.value, { kind: tokenInformation.user }, object);
  const elevated = query(token.value, { kind: tokenInformation.elevation }, object).readUInt32LE(0) !== 0;
  return {
    userSid: sidText(Number(user.readBigUInt64LE(0)) as Address),
    sessionId: query(token.value, { kind: tokenInformation.sessionId }, object).readUInt32LE(0),
    elevated,
    // A token with an enabled membership is elevated. Searching the token of every client would
    // take time in which no other client is accepted:
    // https://learn.microsoft.com/windows/security/application-security/application-control/user-account-control/how-it-works
    administrator: elevated && isEnabledMember(token.value, administrators, object),
  };
}

/**
 * True if a token has an enabled membership in a group.
 * @param group a security identifier: `S-1-5-32-544`.
 */
export function isEnabledMember(token: Handle, group: string, object: string): boolean {
  const needed = new Uint32Array(1);
  getTokenInformation(token, tokenInformation.groups, Buffer.alloc(0), 0, needed);
  const groups = query(token, { kind: tokenInformation.groups, bytes: needed[0] }, object);
  const count = groups.readUInt32LE(0);
  for (let at = groupsOffset; at < groupsOffset + count * groupBytes; at += groupBytes) {
    const enabled = (groups.readUInt32LE(at + 8) & groupEnabled) !== 0;
    if (enabled && sidText(Number(groups.readBigUInt64LE(at)) as Address) === group) return true;
  }
  return false;
}

/** Returns a security identifier as text; the memory at the address has to hold one. */
export function sidText(sid: Address): string {
  const text = new BigUint64Array(1);
  if (convertSidToStringSid(sid, text) === 0) throw win32Error("ConvertSidToStringSidW", "a user");
  const address = Number(text[0]) as Address;
  try {
    return readUtf16(address);
  } finally {
    localFree(address);
  }
}

/**
 * A user takes 16 bytes and a SID of at most 68:
 * https://learn.microsoft.com/windows/win32/secauthz/sid-components.
 */
const userBytes = 256;

function query(
  token: Handle,
  { kind, bytes = userBytes }: { readonly kind: number; readonly bytes?: number | undefined },
  object: string,
): Buffer {
  const information = Buffer.alloc(bytes);
  if (getTokenInformation(token, kind, information, information.length, new Uint32Array(1)) === 0) {
    throw win32Error("GetTokenInformation", object);
  }
  return information;
}
