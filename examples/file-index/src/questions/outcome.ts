/** One question and its answer. */
export interface Outcome {
  readonly question: string;
  /** The part of the answer that is the same over every transport. */
  readonly answer: string;
  /** Milliseconds until the answer arrived. */
  readonly ms: number;
  /** The part that may differ from run to run. */
  readonly remark?: string | undefined;
}

/** The result of a question's `ask`: the answer, or the answer and a remark. */
export type Answer = string | { readonly answer: string; readonly remark: string };

/** Asks and measures the time. */
export async function timed(question: string, ask: () => Promise<Answer>): Promise<Outcome> {
  const startedAt = performance.now();
  const given = await ask();
  const ms = performance.now() - startedAt;
  return typeof given === "string" ? { question, answer: given, ms } : { question, ms, ...given };
}
