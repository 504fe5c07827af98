/** What a process under Wine says when the server that all of them share is gone. Others may wait for that for ever. */
const CRASH = "wineserver crashed";

export interface CrashWatch {
  /** Looks at the next part of what a run writes to stderr. */
  readonly look: (chunk: Buffer) => void;
  /** Aborted as soon as it tells of a crash. */
  readonly crashed: AbortSignal;
}

/** Looks for the end of Wine's server in what a run says. */
export function watchForCrash(): CrashWatch {
  const crash = new AbortController();
  let last = "";
  return {
    crashed: crash.signal,
    look(chunk) {
      // It may be cut in two.
      const text = last + chunk.toString("latin1");
      if (text.includes(CRASH)) crash.abort();
      last = text.slice(-CRASH.length);
    },
  };
}
