/**
 * Returns a signal that aborts with the first of these. Like `AbortSignal.any`, which accepts only
 * signals of its own realm.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  return AbortSignal.any(signals.map((signal) => (signal instanceof AbortSignal ? signal : adopted(signal))));
}

/**
 * Returns a signal of this realm that follows one of another. It is kept for the life of that one,
 * so that a single listener suffices.
 */
function adopted(signal: AbortSignal): AbortSignal {
  const known = adoptions.get(signal);
  if (known !== undefined) return known;
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  adoptions.set(signal, controller.signal);
  return controller.signal;
}

const adoptions = new WeakMap<AbortSignal, AbortSignal>();
