import type { BytesSeen } from "./streams.service.js";

/** Bytes of one piece. */
const pieceBytes = 100_000;

/** Yields bytes that are the same for the same number, and that differ from piece to piece. */
export async function* testBytes(byteCount: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < byteCount; at += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, byteCount - at));
    for (let i = 0, word = at + 1; i < piece.length; i++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
      piece[i] = word >>> 24;
    }
    yield piece;
  }
}

/**
 * Reads a stream of bytes to its end. Returns their number and their FNV-1a hash, which do not
 * depend on the borders of the pieces.
 */
export async function readBytes(pieces: AsyncIterable<Uint8Array>): Promise<BytesSeen> {
  let byteCount = 0;
  let hash = 0x811c9dc5;
  for await (const piece of pieces) {
    byteCount += piece.length;
    for (const byte of piece) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return { byteCount, hash: hash >>> 0 };
}

/** Returns a platform's stream of the same. `left` is called if its reader stops. */
export function readableOf(pieces: AsyncGenerator<Uint8Array>, left = () => {}): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = await pieces.next();
        if (step.done === true) controller.close();
        else controller.enqueue(step.value);
      },
      async cancel() {
        left();
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
