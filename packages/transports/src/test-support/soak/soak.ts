import { resolveTransport } from "@crosspane/transports";
import type { Addresses } from "../targets.js";
import { largeFile } from "./large-file.js";
import { PeerProcess } from "./peer-process.js";
import { calls, connects, crowd, type SoakPart, type SoakResult } from "./soak-run.js";
import type { SoakSize } from "./soak-size.js";
import { pausedReader, unreadAnswers } from "./unread.js";

const parts: Readonly<Record<string, SoakPart>> = {
  calls: calls,
  connects: connects,
  "clients at once": crowd,
  "paused reader": pausedReader,
  "unread answers": unreadAnswers,
  "a large file": largeFile,
};

/**
 * Puts one transport under long load, between processes, and yields the findings of each part as it
 * ends.
 */
export async function* soak({ unused }: Addresses, size: SoakSize): AsyncIterable<SoakResult> {
  const server = new PeerProcess();
  try {
    const { endpoint } = await server.ask({ do: "serve", endpoint: (await unused()).endpoint });
    const transport = await resolveTransport(endpoint as string);
    for (const [part, run] of Object.entries(parts)) {
      const before = performance.now();
      const { note, problems } = await run({ transport, server, size, unused });
      yield { part, seconds: (performance.now() - before) / 1000, note, problems };
    }
  } finally {
    await server.end();
  }
}
