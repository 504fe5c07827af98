import type { JsonWalk } from "./json-walk.js";

/** Kind of a JSON value. */
export type JsonKind = "string" | "number" | "boolean" | "null" | "array" | "object";

/** JSON form of a declared type: its conversion in both directions. */
export interface JsonForm {
  /** The kinds of JSON values that the form uses; undefined if it uses any. */
  readonly kinds: readonly JsonKind[] | undefined;
  /**
   * Key that distinguishes the form where JSON alone does not, as in `{ "$date": "…" }`; undefined
   * for a form that JSON has by itself.
   */
  readonly mark?: string;
  /** The values of a form of literals, which are the same in JSON. */
  readonly literals?: ReadonlySet<unknown>;
  /** Returns the value that JSON stands for. @throws {JsonMismatch} */
  read(json: unknown, walk: JsonWalk): unknown;
  /** Returns the JSON for a value of the type. @throws {JsonMismatch} */
  write(value: unknown, walk: JsonWalk): unknown;
  /**
   * Returns how well a value fits without looking into its parts: the number of declared properties
   * that it has, or -1 if it cannot fit. Without it any value of the right kind may fit.
   * @param json true for JSON, false for a value of the program.
   */
  fit?(value: object, json: boolean): number;
}

/** Returns the kind of a parsed JSON value. */
export function jsonKindOf(json: unknown): JsonKind {
  if (json === null) return "null";
  if (Array.isArray(json)) return "array";
  return typeof json as JsonKind;
}
