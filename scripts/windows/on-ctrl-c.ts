/**
 * A terminal signals every process of the group, and each parent may pass the signal on, which a
 * busy machine does late. Such signals still count as one Ctrl-C.
 */
const SAME_PRESS_MS = 1_000;

/** Calls the listener once for each Ctrl-C, until disposed of. */
export function onCtrlC(listener: () => void): Disposable {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    const nowMs = performance.now();
    if (nowMs - lastAtMs < SAME_PRESS_MS) return;
    lastAtMs = nowMs;
    listener();
  };
  process.on("SIGINT", onSignal);
  return { [Symbol.dispose]: () => void process.off("SIGINT", onSignal) };
}
