import type { Location } from "./location.js";

/** Why something in a contract cannot be generated. `check/rules.ts` has the id, reason and remedy of each. */
export type ProblemReason =
  | "service-not-exported"
  | "service-name-duplicate"
  | "service-not-interface"
  | "service-generic"
  | "service-name"
  | "output-shared"
  | "output-occupied"
  | "syntax-error"
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
  | "rest-parameter"
  | "function"
  | "stream"
  | "service-reference"
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
  | "field-name";

/** Something the reader met that cannot travel, kept in the model for `check/` to report. */
export interface Problem {
  readonly reason: ProblemReason;
  /** What was found, as the author wrote it: `() => void`, `RegExp`, `then`. */
  readonly subject: string;
  /** Where in the contract: `Inventory.get: result.items[]`. */
  readonly where: string;
  readonly at: Location;
}
