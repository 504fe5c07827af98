import type { ReadStream } from "node:tty";

/**
 * Listens to keys, and resolves when the program should exit: by `q`, Ctrl-C, a signal or the end
 * of standard input. If that is not a terminal, a key is followed by Enter.
 */
export async function listenToKeys(stdin: ReadStream, onPause: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    stdin.once("end", resolve);
    stdin.once("error", () => resolve());
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.setEncoding("utf8").on("data", (typed: string) => {
      for (const key of typed) {
        if (key === "p") onPause();
        if (key === "q" || key === "\x03") resolve();
      }
    });
  });
  if (stdin.isTTY) stdin.setRawMode(false);
  // An open standard input would keep the process alive.
  stdin.destroy();
}
