import { type Field, ObjectShape } from "../shape/object-shape.js";
import type { Shape } from "../shape/shape.js";

/** A class of errors, however its constructor looks. */
export interface ErrorClass {
  readonly prototype: Error;
}

/** An error class that a method declares with `@throws`: its instances arrive at the caller as instances. */
export interface ErrorType {
  /** The name on the wire, unique among the errors of a method. */
  readonly name: string;
  readonly class: ErrorClass;
  /** What travels beside the message. */
  readonly fields: ObjectShape;
}

/** Describes an error class of a contract; used by generated code. */
export function createErrorType(
  name: string,
  errorClass: ErrorClass,
  fields: { readonly [name: string]: Shape | Field },
): ErrorType {
  return { name, class: errorClass, fields: new ObjectShape(name, fields) };
}
