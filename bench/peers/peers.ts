import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Peer } from "./peer.js";

/** Names the environment variable with the folder of the checkout that `against` runs. */
export const againstVariable = "CROSSPANE_BENCH_AGAINST";

/** Loaders, so that a process loads the code of its own peer only. */
export const peers = {
  crosspane: async () => (await import("./crosspane.js")).crosspane,
  /** Crosspane of another checkout, with that checkout's generated code. */
  against: async () => (await import(fileOfOther("bench/dist/peers/crosspane.js"))).crosspane as Peer,
  "hand-written": async () => (await import("./hand-written.js")).handWritten,
  raw: async () => (await import("./raw.js")).raw,
} as const satisfies Readonly<Record<string, () => Promise<Peer>>>;

export type PeerName = keyof typeof peers;

/** Transports that every peer can use. */
const netTransports: readonly string[] = ["pipe", "tcp"];

/** Returns the peers that can be measured over a transport. */
export function peersOver(transport: string): readonly PeerName[] {
  const own = ["crosspane", "against"] as const;
  return netTransports.includes(transport) ? [...own, "hand-written", "raw"] : own;
}

function fileOfOther(file: string): string {
  const checkout = process.env[againstVariable];
  if (checkout === undefined) throw new Error(`${againstVariable} is not set`);
  return pathToFileURL(join(checkout, file)).href;
}
