import type { OutboundRef } from "./exchanges.js";
import { addHolder, removeHolder } from "./exported-target.js";
import { leaveUnread } from "./shapes/stream-form.js";

/**
 * Discards what a message that is not sent would have given to the peer. Leaves its streams and
 * disposes of objects that have no other holder. Empties the list.
 * @param report receives errors of that cleanup.
 */
export function discard(given: OutboundRef[], report: (error: unknown, method: string) => void): void {
  const items = given.splice(0);
  const targets = items.flatMap((item) =>
    item.kind === "target" ? { definition: item.shape.definition, implementation: item.value } : [],
  );
  // Counts all of them before it removes the first: one object may be listed twice.
  for (const target of targets) addHolder(target);
  for (const target of targets) removeHolder(target, report);
  for (const item of items) {
    if (item.kind === "stream") leaveUnread(item.source).catch((error) => report(error, item.shape.label));
  }
}
