import type { Location } from "../model/location.js";
import type { Problem } from "../model/problem.js";
import { rules } from "./rules.js";

/** Something in a contract that cannot be generated, with what to do about it. */
export interface Diagnostic {
  /** `CP1201`; the page is `docs/diagnostics/CP1201.md`. */
  readonly id: string;
  /** Where in the contract: `Inventory.get: result.items[]`. */
  readonly where: string;
  readonly reason: string;
  readonly remedy: string;
  readonly at: Location;
  /** The contract that it keeps from being generated; the place may be in a file that it imports. */
  readonly contract: string;
}

/** The diagnostic for a problem of a contract. */
export function createDiagnostic(problem: Problem, contract: string): Diagnostic {
  const rule = rules[problem.reason];
  const reason = rule.reason.replace("{}", () => problem.subject);
  return { id: rule.id, where: problem.where, reason, remedy: rule.remedy, at: problem.at, contract };
}
