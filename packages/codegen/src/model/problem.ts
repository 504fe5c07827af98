import type { Location } from "./location.js";

/**
 * Reasons why a part of a contract cannot be generated. `check/rules.ts` has the id, reason and
 * remedy of each.
 */
export type ProblemReason =
  | "service-not-exported"
  | "service-name-duplicate"
  | "service-not-interface"
  | "service-generic"
  | "service-name"
  | "output-shared"
  | "output-occupied"
  | "syntax-error"
  | "output-orphaned"
  | "service-tag"
  | "member-not-method"
  | "type-parameter"
  | "method-overloaded"
  | "member-accessor"
  | "member-computed"
  | "return-type"
  | "method-name"
  | "method-optional"
  | "this-type"
  | "abort-signal"
  | "allow-rule"
  | "error-class"
  | "error-fields"
  | "rest-parameter"
  | "function"
  | "function-result"
  | "method-in-data"
  | "stream"
  | "service-elsewhere"
  | "union-of-references"
  | "class"
  | "symbol"
  | "any"
  | "object"
  | "promise"
  | "weak"
  | "buffer"
  | "platform"
  | "never"
  | "unresolved"
  | "index-key"
  | "index-mixed"
  | "too-deep"
  | "too-nested"
  | "intersection"
  | "field-name";

/** A place in a contract and its source. */
export interface Place {
  /** The place in the contract: `Inventory.get: result.items[]`. */
  readonly where: string;
  readonly at: Location;
}

/** A part of a contract that cannot travel, kept in the model for `check/` to report. */
export interface Problem extends Place {
  readonly reason: ProblemReason;
  /** The source text of the part: `() => void`, `RegExp`, `then`. */
  readonly subject: string;
}
