import { Socket } from "node:net";

/**
 * Waits until this program is asked to stop: by a signal, or by the end of its standard input if a
 * parent holds the other end, which happens when the parent dies. A service or a program in the
 * background has no such input and runs until a signal.
 * @returns the reason, for the program to print.
 */
export async function stopRequest(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  if (!hasParentsPipe()) return promise;
  const { stdin } = process;
  for (const event of ["end", "close", "error"] as const) {
    stdin.once(event, () => resolve("the end of standard input"));
  }
  stdin.resume();
  const reason = await promise;
  // An open standard input would keep the process alive.
  stdin.destroy();
  return reason;
}

/** True if standard input is a pipe, and not a terminal, a file or nothing. */
function hasParentsPipe(): boolean {
  // Its mode would not say it: on Windows a pipe has the mode of no kind of file.
  return process.stdin instanceof Socket && !process.stdin.isTTY;
}
