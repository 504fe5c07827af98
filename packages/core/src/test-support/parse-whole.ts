import { defaultLimits } from "../transport/limits.js";
import type { MessageLimits } from "../wire/message-reader.js";
import { parseMessage } from "../wire/parse-message.js";

/** Parses a message, with the arguments of a call decoded. */
export function parseWhole(bytes: Uint8Array, limits: MessageLimits = defaultLimits) {
  const message = parseMessage(bytes, limits);
  return "args" in message ? { ...message, args: message.args.decode() } : message;
}

export type WholeMessage = ReturnType<typeof parseWhole>;
