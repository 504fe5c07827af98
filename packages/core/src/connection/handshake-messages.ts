import { RpcError } from "../errors/rpc-error.js";
import type { HandshakeMessages } from "../transport/transport.js";
import type { MessageLimits } from "../wire/message-reader.js";
import { encodeEnd } from "../wire/messages/connection.js";
import { type Message, messageFormats } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";

/** Returns the messages of the handshake, for a transport that has to know them. */
export function handshakeMessages(limits: MessageLimits): HandshakeMessages {
  return {
    isHello: (message) => parsed("hello", message, limits) !== undefined,
    readEnd(message) {
      const end = parsed("end", message, limits);
      return end && new RpcError(end.code, end.message);
    },
    encodeEnd,
  };
}

/** Returns undefined for a message of another kind, and for a malformed one. */
function parsed<Kind extends "hello" | "end">(
  kind: Kind,
  bytes: Uint8Array,
  limits: MessageLimits,
): Extract<Message, { readonly kind: Kind }> | undefined {
  if (bytes[1] !== messageFormats[kind].number) return undefined;
  try {
    return parseMessage(bytes, limits) as Extract<Message, { readonly kind: Kind }>;
  } catch {
    return undefined;
  }
}
