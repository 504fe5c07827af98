import { LaneCrashedError } from "./lane-crashed-error.ts";

/** What a process under Wine says when the server that all of them share is gone. Others may wait for that for ever. */
const CRASH = "wineserver crashed";

/** Watches whether Wine holds, by what a run says. */
export interface CrashWatch extends Disposable {
  /** Looks at the next part of what the run writes. */
  readonly look: (chunk: Buffer) => void;
  /** Aborted, with a {@link LaneCrashedError}, as soon as Wine has broken down. */
  readonly crashed: AbortSignal;
}

/**
 * Looks for the end of Wine's server in what a run says, and in that it says nothing any more.
 * @param silentMs milliseconds without a word after which it counts as hung; never if missing.
 */
export function watchForCrash(silentMs?: number): CrashWatch {
  const crash = new AbortController();
  const hung = () =>
    crash.abort(new LaneCrashedError(`Nothing was heard of Wine for ${(silentMs ?? 0) / 60_000} minutes`));
  const silence = silentMs === undefined ? undefined : setTimeout(hung, silentMs);
  let last = "";
  return {
    crashed: crash.signal,
    look(chunk) {
      silence?.refresh();
      // It may be cut in two.
      const text = last + chunk.toString("latin1");
      if (text.includes(CRASH)) crash.abort(new LaneCrashedError("Wine's server crashed"));
      last = text.slice(-CRASH.length);
    },
    [Symbol.dispose]: () => clearTimeout(silence),
  };
}
