import { repository } from "../repository.ts";
import { findWine } from "./find-wine.ts";
import { buildNativePeers } from "./native-peer.ts";
import { win32Tree } from "./win32-tree.ts";
import { otherWindowsNode } from "./windows-node.ts";
import { winePrefix } from "./wine-prefix.ts";

/**
 * Prepares everything that runs on Windows will need, so that none of them waits for it.
 *
 * @throws LaneUnavailableError
 */
export async function prepareLane(): Promise<void> {
  if (process.platform !== "win32") {
    await winePrefix(await findWine());
    await win32Tree(repository);
  }
  await buildNativePeers();
  await otherWindowsNode("22");
  await otherWindowsNode("26");
}
