import { RpcError } from "../errors/rpc-error.js";
import type { HandshakeMessages } from "../transport/transport.js";
import type { MessageLimits } from "../wire/message-reader.js";
import { type EndMessage, encodeEnd } from "../wire/messages/connection.js";
import { isHello } from "../wire/messages/handshake.js";
import { messageFormats } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";

/** Returns the messages of the handshake, for a transport that has to know them. */
export function handshakeMessages(limits: MessageLimits): HandshakeMessages {
  return {
    isHello,
    readEnd(message) {
      if (message[1] !== messageFormats.end.number) return undefined;
      const end = parsedEnd(message, limits);
      return end && new RpcError(end.code, end.message);
    },
    encodeEnd,
  };
}

/** Returns undefined for a malformed message. */
function parsedEnd(bytes: Uint8Array, limits: MessageLimits): EndMessage | undefined {
  try {
    return parseMessage(bytes, limits) as EndMessage;
  } catch {
    return undefined;
  }
}
