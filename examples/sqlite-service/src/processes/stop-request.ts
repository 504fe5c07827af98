/** Resolves on a signal, and when standard input ends, which happens when the parent dies. */
export async function stopRequest(): Promise<void> {
  const { stdin } = process;
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    stdin.once("end", resolve);
    stdin.once("close", resolve);
    stdin.once("error", () => resolve());
    stdin.resume();
  });
  // An open standard input would keep the process alive.
  stdin.destroy();
}
