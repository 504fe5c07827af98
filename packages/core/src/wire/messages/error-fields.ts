import { type Code, codeFromNumber, codeNumbers } from "../../errors/code.js";
import type { WireError } from "../../errors/error-wire.js";
import { malformed } from "../decode.js";

/** Returns the fields of an error, which follow two others in their message. */
export function errorFields({ code, message, details, stack, type, fields }: WireError): unknown[] {
  const elements: unknown[] = [codeNumbers[code], message];
  const typed = type !== undefined;
  if (details !== undefined || stack !== undefined || typed) elements.push(details);
  if (stack !== undefined || typed) elements.push(stack ?? null);
  if (typed) elements.push(type, fields);
  return elements;
}

/** Returns the fields of an error, or none without one. */
export function optionalErrorFields(error: WireError | undefined): unknown[] {
  return error === undefined ? [] : errorFields(error);
}

/**
 * Reads an error from all fields of its message.
 * @throws {RpcError} `internal` if its code or its message is of a wrong type.
 */
export function readError(fields: readonly unknown[]): WireError {
  const [, , code, message, details, stack, type, declared] = fields;
  return {
    code: readCode(code),
    message: readString(message, "an error's message"),
    details,
    stack: typeof stack === "string" ? stack : undefined,
    type: typeof type === "string" ? type : undefined,
    fields: declared,
  };
}

/**
 * Reads the code of an error.
 * @throws {RpcError} `internal` if it is not a number.
 */
export function readCode(value: unknown): Code {
  if (typeof value !== "number") throw malformed("an error's code is not a number");
  return codeFromNumber(value);
}

/**
 * Reads a field that is a string.
 * @param what names the field in the error.
 * @throws {RpcError} `internal` if it is not a string.
 */
export function readString(value: unknown, what: string): string {
  if (typeof value !== "string") throw malformed(`${what} is not a string`);
  return value;
}
