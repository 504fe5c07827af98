const atExit = new Set<() => void>();
let isListening = false;

/**
 * Registers a function that runs when this thread exits by itself, including by `process.exit`, but
 * not when it is killed or terminated.
 * @returns a function that unregisters it.
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
