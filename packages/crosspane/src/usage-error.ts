/** Error for an invalid command: an argument, a file or a name that does not exist. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
