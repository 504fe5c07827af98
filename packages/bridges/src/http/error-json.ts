import { RpcError } from "@crosspane/core";
import type { ErrorType, Method } from "@crosspane/core/bridge";
import { HttpFailure } from "./http-failure.js";
import { httpStatus } from "./http-status.js";
import { jsonFormOf } from "./json/json-forms.js";
import { JsonMismatch } from "./json/json-mismatch.js";
import { JsonWalk } from "./json/json-walk.js";
import { unknownForm } from "./json/unknown-form.js";

/** Status of an error whose class the contract declares and that has no code of its own. */
export const declaredErrorStatus = 422;

/** An error as a client of the bridge receives it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: object;
}

/**
 * Returns the answer for a failed call or a refused request: code and message, the details of an
 * `RpcError`, and for an error whose class the method declares its name and fields.
 */
export function errorAnswer(thrown: unknown, method?: Pick<Method, "errors">): ErrorAnswer {
  if (thrown instanceof HttpFailure) {
    const { status, headers, code, message } = thrown;
    return { status, headers, json: { code, message } };
  }
  const declared = declaredTypeOf(thrown, method);
  const { code, message, details } = RpcError.from(thrown);
  const retry = code === "resourceExhausted" || code === "unavailable";
  return {
    status: declared === undefined || code !== "unknown" ? httpStatus[code] : declaredErrorStatus,
    headers: retry ? { "retry-after": "1" } : {},
    json: {
      code,
      message,
      ...(details === undefined
        ? {}
        : { details: written(() => unknownForm.write(details, new JsonWalk())) }),
      ...(declared === undefined
        ? {}
        : {
            type: declared.name,
            fields: written(() =>
              jsonFormOf(declared.fields).write({ ...(thrown as object) }, new JsonWalk()),
            ),
          }),
    },
  };
}

/** The client of the services gives an error exactly the prototype of its declared class. */
function declaredTypeOf(thrown: unknown, method: Pick<Method, "errors"> | undefined): ErrorType | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(thrown);
  return method?.errors?.find((type) => type.class.prototype === prototype);
}

/** A part of an error that JSON cannot say must not hide the error. */
function written(write: () => unknown): unknown {
  try {
    return write();
  } catch (error) {
    if (error instanceof JsonMismatch) return { unwritable: error.describe() };
    throw error;
  }
}
