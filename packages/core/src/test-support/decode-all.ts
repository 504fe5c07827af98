import { ReceivedItems } from "../wire/received-items.js";

/** Decodes all items of a message of a stream. */
export function decodeAll(payload: Uint8Array): unknown[] {
  const items = new ReceivedItems(payload, 0);
  const all: unknown[] = [];
  while (!items.done) all.push(items.next());
  return all;
}
