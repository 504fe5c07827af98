import type { Given } from "./exchanges.js";
import { addHolder, removeHolder } from "./exported-target.js";
import { leaveUnread } from "./shapes/stream-form.js";

/**
 * Lets go of what was to be given to a peer that does not get it, since nobody else will: streams are left, objects are disposed of unless
 * somebody else holds them. Empties the list.
 * @param report told of what fails in that.
 */
export function discard(given: Given[], report: (error: unknown, method: string) => void): void {
  const items = given.splice(0);
  const targets = items.flatMap((item) =>
    item.kind === "target" ? { definition: item.shape.definition, implementation: item.value } : [],
  );
  // All before the first is let go of: one may have been given twice.
  for (const target of targets) addHolder(target);
  for (const target of targets) removeHolder(target, report);
  for (const item of items) {
    if (item.kind === "stream") leaveUnread(item.source).catch((error) => report(error, item.shape.label));
  }
}
