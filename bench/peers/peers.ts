import { crosspane } from "./crosspane.js";
import { handWritten } from "./hand-written.js";
import type { Peer } from "./peer.js";
import { raw } from "./raw.js";

export const peers = { crosspane, "hand-written": handWritten, raw } as const satisfies Readonly<
  Record<string, Peer>
>;

export type PeerName = keyof typeof peers;

/** What the peers beside ours can use. */
const netTransports: readonly string[] = ["pipe", "tcp"];

/** Those that can be measured over a transport, by name. */
export function peersOver(transport: string): readonly PeerName[] {
  return netTransports.includes(transport) ? ["crosspane", "hand-written", "raw"] : ["crosspane"];
}
