/** One question and what came back. */
export interface Outcome {
  readonly question: string;
  /** The same at every transport. */
  readonly answer: string;
  /** Milliseconds until the answer was there. */
  readonly ms: number;
  /** What may differ from run to run. */
  readonly remark?: string | undefined;
}

/** What a question's `ask` resolves to: the answer, or the answer and a remark. */
export type Answer = string | { readonly answer: string; readonly remark: string };

/** Asks and takes the time. */
export async function timed(question: string, ask: () => Promise<Answer>): Promise<Outcome> {
  const startedAt = performance.now();
  const given = await ask();
  const ms = performance.now() - startedAt;
  return typeof given === "string" ? { question, answer: given, ms } : { question, ms, ...given };
}
