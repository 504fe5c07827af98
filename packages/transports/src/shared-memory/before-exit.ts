const atExit = new Set<() => void>();
let isListening = false;

/**
 * Has something run when this thread exits by itself, also by `process.exit`; not when it is killed or terminated.
 * @returns what takes that back.
 */
export function beforeExit(run: () => void): () => void {
  if (!isListening) {
    isListening = true;
    process.once("exit", () => {
      for (const each of atExit) each();
    });
  }
  atExit.add(run);
  return () => atExit.delete(run);
}
