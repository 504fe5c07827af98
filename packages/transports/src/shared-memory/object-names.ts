import { randomBytes } from "node:crypto";
import { RpcError } from "@crosspane/core";

/** Leaves room for the rest of an object's name, which may have 260 characters. */
const maxNameChars = 100;

/**
 * Prefix of the names of kernel objects. All are in the namespace of the logon session:
 * https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces.
 */
const prefix = "Local\\crosspane-shm-";

/** Place where an endpoint's clients and server find each other. */
export interface Place {
  /** The user that the server runs as. */
  readonly userSid: string;
  readonly sessionId: number;
  readonly name: string;
}

/** Returns the name of the mutex whose existence means that the endpoint's name is taken. */
export function guardName(place: Place): string {
  return `${prefix}guard-${place.userSid}-${place.sessionId}-${place.name}`;
}

/** Returns the name of the memory where clients post requests. */
export function rendezvousName(place: Place): string {
  return `${prefix}rendezvous-${place.userSid}-${place.sessionId}-${place.name}`;
}

/** Returns an id that cannot be guessed: 128 bits from the system's generator. */
export function randomId(): Uint8Array {
  return randomBytes(16);
}

/** Returns the name of the event that wakes a server. */
export function wakeEventName(id: Uint8Array): string {
  return `${prefix}wake-${hex(id)}`;
}

/** Returns the names of the objects of one connection. */
export function linkNames(id: Uint8Array): {
  readonly memory: string;
  readonly clientEvent: string;
  readonly serverEvent: string;
} {
  const name = `${prefix}link-${hex(id)}`;
  return { memory: name, clientEvent: `${name}-client`, serverEvent: `${name}-server` };
}

/**
 * Checks an endpoint's name.
 * @throws {RpcError} `invalidArgument` with the rule that is broken.
 */
export function assertSharedMemoryName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  const shown = JSON.stringify(name.length > maxNameChars ? `${name.slice(0, maxNameChars)}…` : name);
  throw new RpcError("invalidArgument", `shm ${shown}: ${problem}; choose a name like "inventory"`);
}

function problemOf(name: string): string | undefined {
  if (name === "") return "the name is empty";
  if (name.length > maxNameChars)
    return `the name has ${name.length} characters, ${maxNameChars} are allowed`;
  if (/[\\/]/.test(name)) return "a name must not contain a slash or a backslash";
  if (/\p{Cc}/u.test(name)) return "a name must not contain control characters";
  if (!name.isWellFormed()) return "a name must be well-formed Unicode";
  return undefined;
}

function hex(id: Uint8Array): string {
  return Buffer.from(id).toString("hex");
}
