/**
 * True for the error of a system call that received a message too large for the call stack; see
 * `CallStackRoom`. It has a file of its own because it needs no native library.
 */
export function isBeyondCallStack(thrown: unknown): boolean {
  return thrown instanceof RangeError;
}
