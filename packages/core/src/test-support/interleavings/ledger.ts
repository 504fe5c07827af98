import type { Code } from "../../errors/code.js";

export type SideName = "a" | "b";

/** Outcome of a handler, as its caller may see it. */
export type Answer = "result" | "aborted" | "internal";

/** A call in the model. */
export interface LedgerCall {
  readonly n: number;
  readonly by: SideName;
  /** In the model's time; infinite without a deadline. */
  readonly deadlineMs: number;
  readonly controller: AbortController;
  cancelled: boolean;
  /** Outcome of its handler, once that has ended. */
  answer: Answer | undefined;
  /** Outcome for the caller. */
  outcome: "result" | Code | undefined;
}

/** The model of an interleaving: the steps so far, and what may follow from them. */
export class Ledger {
  readonly calls: LedgerCall[] = [];
  /** Milliseconds. */
  now = 0;
  /**
   * Last number of the calls and one-way calls of both sides together, in the order in which they
   * were made.
   */
  #numbers = 0;
  /** Sides that have begun to end the connection; both may. */
  readonly enders = new Set<SideName>();

  nextNumber(): number {
    return ++this.#numbers;
  }

  /** Pending calls of a side. */
  waiting(by?: SideName): readonly LedgerCall[] {
    return this.calls.filter((call) => call.outcome === undefined && (by === undefined || call.by === by));
  }

  /** Calls that must have settled by now, whatever the other side does. */
  overdue(): readonly LedgerCall[] {
    return this.waiting().filter((call) => call.cancelled || call.deadlineMs <= this.now);
  }

  /** Returns an error text if a call may not have ended as it did. */
  objection(call: LedgerCall, limited: boolean): string | undefined {
    const { outcome, answer, cancelled, by } = call;
    const may = (condition: boolean) => (condition ? undefined : `call ${call.n} must not end as ${outcome}`);
    switch (outcome) {
      case "result":
      case "aborted":
      case "internal":
        return may(answer === outcome);
      case "cancelled":
        return may(cancelled || this.enders.has(by));
      case "deadlineExceeded":
        return may(call.deadlineMs <= this.now);
      case "unavailable":
        return may(this.enders.size > 0);
      case "resourceExhausted":
        return may(limited);
      default:
        return may(false);
    }
  }
}

export function other(name: SideName): SideName {
  return name === "a" ? "b" : "a";
}
