import type { Code } from "../../errors/code.js";

export type SideName = "a" | "b";

/** How a handler ended, as its caller may come to see it. */
export type Answer = "result" | "aborted" | "internal";

/** A call as the model knows it. */
export interface LedgerCall {
  readonly n: number;
  readonly by: SideName;
  /** On the model's clock; infinite without a deadline. */
  readonly deadlineMs: number;
  readonly controller: AbortController;
  cancelled: boolean;
  /** What its handler did, once it has ended. */
  answer: Answer | undefined;
  /** What the caller got. */
  outcome: "result" | Code | undefined;
}

/** The model of an interleaving: what was done, and what may follow from it. */
export class Ledger {
  readonly calls: LedgerCall[] = [];
  /** Milliseconds. */
  now = 0;
  /** Numbers of calls and one-way calls, in the order in which they were made, by both sides together. */
  #numbers = 0;
  /** Who has begun to end the connection; more than one may. */
  readonly enders = new Set<SideName>();

  nextNumber(): number {
    return ++this.#numbers;
  }

  /** Calls of a side whose caller waits. */
  waiting(by?: SideName): readonly LedgerCall[] {
    return this.calls.filter((call) => call.outcome === undefined && (by === undefined || call.by === by));
  }

  /** Calls that have to be over by now, whatever the other side does. */
  overdue(): readonly LedgerCall[] {
    return this.waiting().filter((call) => call.cancelled || call.deadlineMs <= this.now);
  }

  /** Why a call may not have ended as it did; undefined if it may. */
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
