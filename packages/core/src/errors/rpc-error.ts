import { isError } from "../runtime/brands.js";
import type { Code } from "./code.js";

/** Further fields of an {@link RpcError}, beside its code and message. */
export interface RpcErrorOptions {
  /** Data that travels to the caller with the error: any value that `unknown` may carry. */
  readonly details?: unknown;
  /** The error behind this one. It stays in this process and never travels. */
  readonly cause?: unknown;
  /** The stack at the process that threw. Set only if that side is configured to send stacks. */
  readonly remoteStack?: string | undefined;
}

const brand = Symbol.for("crosspane.RpcError");

/**
 * The error class of the framework: every failed call, connection or listener rejects with it. A
 * handler throws it to choose the code, message and details that its caller sees.
 */
export class RpcError extends Error {
  readonly code: Code;
  readonly details: unknown;
  readonly remoteStack: string | undefined;

  constructor(code: Code, message: string, options: RpcErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "RpcError";
    this.code = code;
    this.details = options.details;
    this.remoteStack = options.remoteStack;
  }

  static {
    // On the prototype, so that an instance made without the constructor has it too.
    Object.defineProperty(RpcError.prototype, brand, { value: true });
  }

  /**
   * Returns true also for errors of another copy of this package, so that two installed copies
   * agree.
   */
  static override [Symbol.hasInstance](value: unknown): value is RpcError {
    if (typeof value !== "object" || value === null) return false;
    try {
      // biome-ignore lint/complexity/noThisInStatic: a subclass keeps the ordinary meaning of instanceof.
      return this === RpcError ? brand in value : Object.prototype.isPrototypeOf.call(this.prototype, value);
    } catch {
      // Any access to a revoked proxy throws.
      return false;
    }
  }

  /**
   * Turns anything thrown into an `RpcError`:
   * - an `RpcError` is returned as it is;
   * - an abort (`AbortError`, `TimeoutError` of an `AbortSignal`) becomes `cancelled` or
   *   `deadlineExceeded`;
   * - anything else becomes `fallback`, with the thrown value as its `cause`.
   */
  static from(thrown: unknown, fallback: Code = "unknown"): RpcError {
    if (thrown instanceof RpcError) return thrown;
    if (!isError(thrown)) {
      const message = typeof thrown === "string" ? thrown : "a value that is not an Error was thrown";
      return new RpcError(fallback, message, { cause: thrown });
    }
    if (thrown.name === "AbortError") return new RpcError("cancelled", thrown.message, { cause: thrown });
    if (thrown.name === "TimeoutError")
      return new RpcError("deadlineExceeded", thrown.message, { cause: thrown });
    return new RpcError(fallback, thrown.message, { cause: thrown });
  }
}
