import { LaneCrashedError } from "./lane-crashed-error.ts";

/**
 * The output of a process under Wine when the server that all of them share is gone. Others may
 * wait for it forever.
 */
const CRASH = "wineserver crashed";

/** Detects a crash of Wine from the output of a run. */
export interface CrashWatch extends Disposable {
  /** Inspects the next part of the run's output. */
  readonly look: (chunk: Buffer) => void;
  /** Aborted, with a {@link LaneCrashedError}, as soon as Wine has broken down. */
  readonly crashed: AbortSignal;
}

/**
 * Detects the end of Wine's server from the output of a run, and a hang from its silence.
 * @param silentMs milliseconds without output after which it counts as hung; never if missing
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
      // It may be split between two parts.
      const text = last + chunk.toString("latin1");
      if (text.includes(CRASH)) crash.abort(new LaneCrashedError("Wine's server crashed"));
      last = text.slice(-CRASH.length);
    },
    [Symbol.dispose]: () => clearTimeout(silence),
  };
}
