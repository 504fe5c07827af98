import { RpcError } from "../errors/rpc-error.js";
import { type Field, ObjectShape } from "../shape/object-shape.js";
import type { Shape } from "../shape/shape.js";

/** A class of errors with any constructor. */
export interface ErrorClass {
  readonly prototype: Error;
}

/** An error class that a method declares with `@throws`. Its instances arrive as instances. */
export interface ErrorType {
  /** The name on the wire, unique among the errors of a method. */
  readonly name: string;
  readonly class: ErrorClass;
  /**
   * Fields that travel beside the message, and beside code and details of an `RpcError` subclass.
   */
  readonly fields: Shape;
}

/** Fields of every error. They are not among the declared fields. */
const ownOfErrors: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);
const ownOfRpcErrors: ReadonlySet<string> = new Set(["code", "details", "remoteStack"]);

/** Describes an error class of a contract. For generated code. */
export function createErrorType(
  name: string,
  errorClass: ErrorClass,
  fields: { readonly [name: string]: Shape | Field },
): ErrorType {
  const isRpcError = errorClass.prototype instanceof RpcError;
  const travelling = Object.entries(fields).filter(
    ([field]) => !ownOfErrors.has(field) && !(isRpcError && ownOfRpcErrors.has(field)),
  );
  return { name, class: errorClass, fields: new ObjectShape(name, Object.fromEntries(travelling)) };
}

/** Returns the most derived declared class that a thrown value is an instance of. */
export function declaredErrorOf(
  errors: readonly ErrorType[] | undefined,
  thrown: unknown,
): ErrorType | undefined {
  if (errors === undefined || typeof thrown !== "object" || thrown === null) return undefined;
  try {
    for (let at = Object.getPrototypeOf(thrown); at !== null; at = Object.getPrototypeOf(at)) {
      const found = errors.find((type) => type.class.prototype === at);
      if (found !== undefined) return found;
    }
  } catch {
    // A revoked proxy throws on every access.
  }
  return undefined;
}
