/** Limit of the kept buffer in bytes. */
const keptBytes = 1024 * 1024;

/** One buffer for all connections of this thread, which mostly assemble one message at a time. */
let spare: Uint8Array | undefined;

/**
 * Returns a buffer of at least this many bytes for assembling a message; its content is undefined.
 * Fresh memory costs more than the copy of the message into it, so one buffer is kept.
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
