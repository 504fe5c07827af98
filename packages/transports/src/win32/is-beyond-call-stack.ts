/**
 * True for the error of a system call that received a message too large for the call stack; see
 * `CallStackRoom`. Apart from it, because it needs nothing of the system.
 */
export function isBeyondCallStack(thrown: unknown): boolean {
  return thrown instanceof RangeError;
}
