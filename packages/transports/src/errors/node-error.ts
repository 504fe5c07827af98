import { type Code, RpcError } from "@crosspane/core";

/**
 * Node's error codes, with the meaning of each for the user of a transport, and what to do about
 * it. No other code interprets them.
 */
const meanings: Readonly<Record<string, readonly [code: Code, meaning: string]>> = {
  ECONNREFUSED: ["unavailable", "no server is listening there; start it, or check the address"],
  ENOENT: ["unavailable", "no server is listening there; start it, or check the name"],
  ENOTSOCK: [
    "failedPrecondition",
    "the name belongs to something other than a socket; remove it or choose another name",
  ],
  EBUSY: ["unavailable", "the server accepts no further client now; try again"],
  ECONNRESET: ["unavailable", "the peer went away; reconnect"],
  ECONNABORTED: ["unavailable", "the connection was given up by the system; reconnect"],
  EPIPE: ["unavailable", "the peer has closed its end; reconnect"],
  ENOTCONN: ["unavailable", "the peer went away; reconnect"],
  ETIMEDOUT: ["unavailable", "the peer does not answer; check that its host can be reached"],
  EHOSTUNREACH: ["unavailable", "there is no route to the host"],
  EHOSTDOWN: ["unavailable", "the host is down"],
  ENETUNREACH: ["unavailable", "there is no route to the network"],
  EAI_AGAIN: ["unavailable", "the name of the host cannot be looked up now; try again"],
  EADDRINUSE: ["alreadyExists", "the address is taken; stop the other server or choose another address"],
  EACCES: ["permissionDenied", "the system does not allow it to this user"],
  EPERM: ["permissionDenied", "the system does not allow it to this user"],
  EADDRNOTAVAIL: ["invalidArgument", "the address is not one of this machine"],
  EAFNOSUPPORT: ["invalidArgument", "this machine does not have this family of addresses"],
  ENOTFOUND: ["invalidArgument", "there is no host of this name"],
  EINVAL: ["invalidArgument", "the system does not accept this address"],
  ENAMETOOLONG: ["invalidArgument", "the name is too long"],
  EMFILE: ["resourceExhausted", "this process has too many open files; close some or raise its limit"],
  ENFILE: ["resourceExhausted", "the system has too many open files"],
  ENOBUFS: ["resourceExhausted", "the system is out of buffers"],
  ENOMEM: ["resourceExhausted", "the system is out of memory"],
  ENOSPC: ["resourceExhausted", "the disk is full"],
  EROFS: ["permissionDenied", "the place is read-only"],
  ENOTDIR: ["failedPrecondition", "a part of its path is not a folder"],
  ELOOP: ["failedPrecondition", "a part of its path is a link to itself"],
};

/**
 * Converts an error of `node:net` or `node:fs` to an `RpcError`. The message names the operation
 * and the endpoint and says what to do. The Node error is its cause.
 * @param operation the failed operation, as the verb of a sentence: `dial`, `listen on`, `send to`.
 */
export function rpcErrorFromNode(thrown: unknown, operation: string, endpoint: string): RpcError {
  const nodeCode = nodeErrorCode(thrown);
  const [code, meaning] = meanings[nodeCode ?? ""] ?? [codeOfUnknown(thrown), textOf(thrown)];
  const suffix = nodeCode === undefined ? "" : ` (${nodeCode})`;
  return new RpcError(code, `${operation} ${endpoint}: ${meaning}${suffix}`, { cause: thrown });
}

const programFaults: ReadonlySet<unknown> = new Set([
  "TypeError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
]);

/**
 * Returns the code of an error without a known Node code. An error that the system reports may
 * pass. A `TypeError` of Node is a fault of a program, and a retry would not help.
 */
function codeOfUnknown(thrown: unknown): Code {
  return thrown instanceof Error && programFaults.has(thrown.name) ? "internal" : "unavailable";
}

/** Node's code for the error, such as `ENOENT`, if it has one. */
export function nodeErrorCode(thrown: unknown): string | undefined {
  // Not `instanceof Error`: under jest the errors of Node's modules are of another realm.
  const code: unknown =
    typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "code") : undefined;
  return typeof code === "string" ? code : undefined;
}

function textOf(thrown: unknown): string {
  const message: unknown =
    typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "message") : undefined;
  return typeof message === "string" ? message : String(thrown);
}
