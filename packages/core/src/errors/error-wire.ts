import type { Code } from "./code.js";
import { RpcError } from "./rpc-error.js";

/** An error as it travels. */
export interface WireError {
  readonly code: Code;
  readonly message: string;
  readonly details?: unknown;
  readonly stack?: string | undefined;
}

/**
 * What callers get to see of an error that a handler threw and that is no `RpcError`:
 * `none`: only that the method failed; `message`: its message; `stack`: its message and stack.
 */
export type ExposeErrors = "none" | "message" | "stack";

/** How an error is put on the wire. */
export interface ErrorWireOptions {
  /** The method, for the message of an error that is not exposed: `Inventory.get`. */
  readonly method: string;
  readonly expose: ExposeErrors;
  readonly maxErrorChars: number;
}

/**
 * The part of a thrown value that travels. An `RpcError` was made to be seen: its code, message and details go. Anything else may
 * hold paths, queries or secrets and goes as `internal`, as far as `expose` allows. The cause never goes.
 */
export function errorToWire(thrown: unknown, options: ErrorWireOptions): WireError {
  const { expose, method, maxErrorChars } = options;
  const cut = (text: string) =>
    (text.length > maxErrorChars ? `${text.slice(0, maxErrorChars - 1)}…` : text).toWellFormed();
  const stack = expose === "stack" ? cut(stackOf(thrown)) : undefined;
  if (thrown instanceof RpcError) {
    return { code: thrown.code, message: cut(thrown.message), details: thrown.details, stack };
  }
  const hidden = `${method} failed with an error that its server does not show`;
  return {
    code: "internal",
    message: expose === "none" ? hidden : cut(`${method}: ${messageOf(thrown)}`),
    stack,
  };
}

/** The error that the caller sees. */
export function errorFromWire({ code, message, details, stack }: WireError): RpcError {
  return new RpcError(code, message, { details, remoteStack: stack });
}

/** A thrown value may be anything, with a getter or a `toString` that throws. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "a value that cannot be shown was thrown";
  }
}

function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.stack) : "";
  } catch {
    return "";
  }
}
