import { isError } from "../runtime/brands.js";
import { type Code, codeNumbers } from "./code.js";
import { RpcError } from "./rpc-error.js";

/** An error on the wire. */
export interface WireError {
  readonly code: Code;
  readonly message: string;
  readonly details?: unknown;
  readonly stack?: string | undefined;
  /** The name of the declared class that it is an instance of. */
  readonly type?: string | undefined;
  /** With `type`, the fields that the class declares. */
  readonly fields?: unknown;
}

/**
 * Detail that callers see of an error that a handler threw, unless it is an `RpcError`. `none`:
 * only that the method failed. `message`: its message. `stack`: its message and stack.
 */
export type ExposeErrors = "none" | "message" | "stack";

/** Options for {@link errorToWire}. */
export interface ErrorWireOptions {
  /** The method, for the message of an error that is not exposed: `Inventory.get`. */
  readonly method: string;
  readonly expose: ExposeErrors;
  readonly maxErrorChars: number;
  /** True if the contract declares the error's class, so that it is meant to be seen. */
  readonly declared?: boolean;
}

/**
 * Returns the part of a thrown value that travels. An `RpcError` is meant to be seen: its code,
 * message and details travel. Anything else may hold paths, queries or secrets. It travels as
 * `internal`, as far as `expose` allows, unless the contract declares it. The cause never travels.
 */
export function errorToWire(thrown: unknown, options: ErrorWireOptions): WireError {
  const { expose, method, maxErrorChars } = options;
  const stack = expose === "stack" ? cut(stackOf(thrown), maxErrorChars) : undefined;
  const known = readRpcError(thrown);
  if (known !== undefined) {
    // Another copy of this package, or plain JavaScript, may have made it with an unknown code.
    const code = Object.hasOwn(codeNumbers, known.code) ? known.code : "unknown";
    return { code, message: cut(known.message, maxErrorChars), details: known.details, stack };
  }
  if (options.declared === true)
    return { code: "unknown", message: cut(messageOf(thrown), maxErrorChars), stack };
  const hidden = `${method} failed with an error that its server does not show; ${whereShown}`;
  const message = expose === "none" ? hidden : cut(`${method}: ${messageOf(thrown)}`, maxErrorChars);
  return { code: "internal", message, stack };
}

const whereShown = "the server's `onError` has it, by default its console";

/** Shortens an error to a length that every peer accepts. */
export function shortError({ code, message }: WireError): WireError {
  return { code, message: cut(message, shortChars) };
}

/** UTF-16 units that take at most 6 KiB. */
const shortChars = 2048;

function cut(text: string, maxChars: number): string {
  return (text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text).toWellFormed();
}

/** Returns the error for the caller. */
export function errorFromWire({ code, message, details, stack }: WireError): RpcError {
  return new RpcError(code, message, { details, remoteStack: stack });
}

/**
 * Returns undefined unless it is an `RpcError`. An object that pretends to be one and throws when
 * it is read is not.
 */
function readRpcError(thrown: unknown): Pick<RpcError, "code" | "message" | "details"> | undefined {
  if (!(thrown instanceof RpcError)) return undefined;
  try {
    const { code, message, details } = thrown;
    return { code, message: String(message), details };
  } catch {
    return undefined;
  }
}

/** A thrown value may be anything, even have a getter or a `toString` that throws. */
function messageOf(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.message) : String(thrown);
  } catch {
    return "a value that cannot be shown was thrown";
  }
}

function stackOf(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.stack) : "";
  } catch {
    return "";
  }
}
