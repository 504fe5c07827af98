import { RpcError } from "@crosspane/core";
import { ConstraintViolation } from "../ledger.service.js";

/** https://sqlite.org/rescode.html#extrc */
const kinds: ReadonlyMap<unknown, ConstraintViolation["kind"]> = new Map([
  [275, "check"],
  [787, "foreignKey"],
  [1299, "notNull"],
  [1555, "unique"],
  [2067, "unique"],
  [3091, "dataType"],
]);

const busy = 5;

/** Runs database code, and throws its errors as those of the contract. */
export function asking<T>(question: () => T): T {
  try {
    return question();
  } catch (thrown) {
    throw thrown instanceof Error ? databaseError(thrown) : thrown;
  }
}

/** Converts an error of `node:sqlite` to the one that callers get. */
function databaseError(error: Error & { readonly code?: string; readonly errcode?: number }): Error {
  const kind = kinds.get(error.errcode);
  if (kind !== undefined) return new ConstraintViolation(kind, ruleIn(error.message));
  if (error.errcode === busy) {
    return new RpcError("unavailable", "another program writes to the database: try again", { cause: error });
  }
  if (error.code === "ERR_INVALID_ARG_VALUE") {
    return new RpcError("outOfRange", "an amount has at most 64 bits", { cause: error });
  }
  return error;
}

/** `UNIQUE constraint failed: account.name` */
function ruleIn(message: string): string | null {
  return /failed: (.+)$/.exec(message)?.[1] ?? null;
}
