/** A larger buffer is not kept. */
const keptBytes = 1024 * 1024;

/** One for the messages of all connections of this thread, which are put together one at a time more often than not. */
let spare: Uint8Array | undefined;

/**
 * A buffer of at least so many bytes for a message that is put together. What is in it is of no meaning. Fresh memory costs more than the
 * message's copy into it, so one is kept.
 */
export function takeAssemblyBuffer(leastBytes: number): Uint8Array {
  const kept = spare;
  if (kept !== undefined && kept.length >= leastBytes) {
    spare = undefined;
    return kept;
  }
  return new Uint8Array(Buffer.allocUnsafeSlow(leastBytes).buffer);
}

export function returnAssemblyBuffer(buffer: Uint8Array): void {
  if (buffer.length <= keptBytes && buffer.length > (spare?.length ?? 0)) spare = buffer;
}
