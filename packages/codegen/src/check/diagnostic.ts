import type { Location } from "../model/location.js";
import type { Problem } from "../model/problem.js";
import { rules } from "./rules.js";

/** A part of a contract that cannot be generated, with a remedy. */
export interface Diagnostic {
  /** `CP1201`; the page is `docs/diagnostics/CP1201.md`. */
  readonly id: string;
  /** The place in the contract: `Inventory.get: result.items[]`. */
  readonly where: string;
  readonly reason: string;
  readonly remedy: string;
  readonly at: Location;
  /**
   * The contract that it prevents from being generated; the place may be in a file that it imports.
   */
  readonly contract: string;
}

/** Returns the diagnostic for a problem of a contract. */
export function createDiagnostic(problem: Problem, contract: string): Diagnostic {
  const rule = rules[problem.reason];
  const reason = rule.reason.replace("{}", () => problem.subject);
  return { id: rule.id, where: problem.where, reason, remedy: rule.remedy, at: problem.at, contract };
}
