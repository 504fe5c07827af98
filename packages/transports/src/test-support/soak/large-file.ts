import { createHash, type Hash } from "node:crypto";
import { Readable } from "node:stream";
import { connect } from "@crosspane/transports";
import { Load } from "../load/load-service.js";
import { usageOfThisProcess } from "../load/usage.js";
import { growth, settledUsage } from "./growth.js";
import type { SoakPart } from "./soak-run.js";

const mib = 1024 * 1024;
/**
 * Allowed growth of either side for a flowing stream of any length: its windows, buffers of the
 * system, uncollected garbage.
 */
const bound = { rss: 96 * mib, heap: 16 * mib, external: 96 * mib };
/** Bytes between two looks at both processes. */
const lookEveryBytes = 64 * mib;

/**
 * Sends `size.fileBytes` bytes to the server and back in one call: memory stays bounded on both
 * sides, and all bytes arrive unchanged.
 */
export const largeFile: SoakPart = async ({ transport, server, size }) => {
  const connection = await connect(transport, { timeoutMs: 120_000 });
  const load = connection.client(Load);
  const [sent, got] = [createHash("sha256"), createHash("sha256")];
  const warm = await load.mirror(Readable.from(pieces(lookEveryBytes)));
  for await (const _ of warm);
  const before = [await settledUsage(usageOfThisProcess), await settledUsage(() => server.usage())] as const;
  const problems = new Set<string>();
  let byteCount = 0;
  let lookAt = lookEveryBytes;
  const begun = performance.now();
  for await (const chunk of await load.mirror(Readable.from(pieces(size.fileBytes, sent)))) {
    got.update(chunk as Uint8Array);
    byteCount += (chunk as Uint8Array).length;
    if (byteCount < lookAt) continue;
    lookAt += lookEveryBytes;
    for (const what of growth(before[0], await usageOfThisProcess(), bound)) problems.add(`here: ${what}`);
    for (const what of growth(before[1], await server.usage(), bound)) problems.add(`server: ${what}`);
  }
  const seconds = (performance.now() - begun) / 1000;
  await connection.close();
  if (byteCount !== size.fileBytes) problems.add(`${byteCount} of ${size.fileBytes} bytes came back`);
  if (sent.digest("hex") !== got.digest("hex")) problems.add("the bytes that came back are others");
  return {
    note: `${byteCount / mib} MiB there and back, ${(byteCount / mib / seconds).toFixed()} MiB/s with looks at memory`,
    problems: [...problems],
  };
};

/** Yields bytes that differ from piece to piece. */
async function* pieces(byteCount: number, hash?: Hash): AsyncGenerator<Uint8Array> {
  const pattern = new Uint32Array(mib / 4).map((_, i) => Math.imul(i, 2_654_435_761));
  for (let at = 0; at < byteCount; at += mib) {
    pattern[0] = at;
    const piece = new Uint8Array(pattern.buffer.slice(0, Math.min(mib, byteCount - at)));
    hash?.update(piece);
    yield piece;
  }
}
