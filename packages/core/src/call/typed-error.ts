import { errorFromWire, type WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import type { ErrorType } from "../service/error-type.js";
import { convertWhole, receiveConversion } from "../shape/conversion.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";

/**
 * Returns the error for the caller: of the declared class if the peer names one, else an
 * `RpcError`.
 */
export function callError(label: string, errors: readonly ErrorType[] | undefined, wire: WireError): Error {
  const type = wire.type === undefined ? undefined : errors?.find(({ name }) => name === wire.type);
  if (type === undefined) return errorFromWire(wire);
  try {
    const fields = convertWhole(type.fields, wire.fields, receiveConversion());
    return revive(type, wire, fields as object);
  } catch (thrown) {
    if (!(thrown instanceof ShapeMismatch)) return RpcError.from(thrown, "internal");
    return new RpcError("internal", `${label}: the peer answered with ${errorMismatch(type, thrown)}`);
  }
}

/** `an invalid error OutOfStock: left: expected number, got string` */
export function errorMismatch({ name }: ErrorType, mismatch: ShapeMismatch, hideContent = false): string {
  return `an invalid error ${name}: ${mismatch.describe(hideContent)}`;
}

/** Creates an instance without its constructor, whose arguments are not known. */
function revive(type: ErrorType, wire: WireError, fields: object): Error {
  // A native error, so that the console and structuredClone recognize it as one.
  const error = new Error(wire.message);
  const stack = error.stack;
  Object.setPrototypeOf(error, type.class.prototype);
  // Most classes set their name in the constructor or as a field.
  if (isNameOfBase(error.name)) hide(error, "name", type.name);
  if (stack !== undefined) {
    const named = stack.replace(/^Error\b/, () => error.name);
    hide(error, "stack", named);
  }
  if (error instanceof RpcError) {
    define(error, "code", wire.code);
    define(error, "details", wire.details);
    define(error, "remoteStack", wire.stack);
  }
  for (const [name, value] of Object.entries(fields)) define(error, name, value);
  return error;
}

function isNameOfBase(name: string): boolean {
  return name === Error.prototype.name || name === "RpcError";
}

/** Defines a property like one that a constructor has assigned. */
function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: true, writable: true, configurable: true });
}

/** Defines a property that printing the error does not repeat. */
function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, writable: true, configurable: true });
}
