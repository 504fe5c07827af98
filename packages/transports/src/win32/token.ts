import { convertSidToStringSid, getTokenInformation, openProcessToken } from "./advapi32.js";
import { localFree } from "./kernel32.js";
import { readUtf16 } from "./load-koffi.js";
import { OwnedHandle } from "./owned-handle.js";
import type { Address, Handle } from "./types.js";
import { win32Error } from "./win32-error.js";

/** What a process may do and as whom: https://learn.microsoft.com/windows/win32/secauthz/access-tokens. */
export interface TokenFacts {
  /** `S-1-5-21-…` */
  readonly userSid: string;
  /** The logon session, as `query session` shows it. */
  readonly sessionId: number;
  /** Administrator rights are in force. */
  readonly elevated: boolean;
}

/** https://learn.microsoft.com/windows/win32/secauthz/access-rights-for-access-token-objects */
const tokenQuery = 0x8;

/** https://learn.microsoft.com/windows/win32/api/winnt/ne-winnt-token_information_class */
const tokenInformation = { user: 1, sessionId: 12, elevation: 20 } as const;

/**
 * Reads the token of a process.
 * @param object names the process in errors.
 * @throws {RpcError} `permissionDenied` for a process of another user, unless this one is an administrator.
 */
export function readToken(process: Handle, object: string): TokenFacts {
  const opened = new BigInt64Array(1);
  if (openProcessToken(process, tokenQuery, opened) === 0) throw win32Error("OpenProcessToken", object);
  using token = new OwnedHandle(Number(opened[0]) as Handle, `the token of ${object}`);
  const user = query(token.value, tokenInformation.user, object);
  return {
    userSid: sidText(Number(user.readBigUInt64LE(0)) as Address),
    sessionId: query(token.value, tokenInformation.sessionId, object).readUInt32LE(0),
    elevated: query(token.value, tokenInformation.elevation, object).readUInt32LE(0) !== 0,
  };
}

/** A security identifier in its text form; the memory at the address has to hold one. */
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

function query(token: Handle, kind: number, object: string): Buffer {
  // A user takes 16 bytes and a SID of at most 68: https://learn.microsoft.com/windows/win32/secauthz/sid-components.
  const information = Buffer.alloc(256);
  if (getTokenInformation(token, kind, information, information.length, new Uint32Array(1)) === 0) {
    throw win32Error("GetTokenInformation", object);
  }
  return information;
}
