import { malformed } from "./decode.js";
import { type Admit, type MessageLimits, MessageReader } from "./message-reader.js";
import { callFormat } from "./messages/call.js";
import type { MessageFormat } from "./messages/format.js";
import { resultFormat } from "./messages/result.js";
import { itemsFormat } from "./messages/stream.js";
import { type Message, messageFormats } from "./messages/table.js";

const formatsByNumber: ReadonlyMap<number | undefined, MessageFormat<Message>> = new Map(
  Object.values(messageFormats).map((format) => [format.number, format]),
);

/**
 * Parses the bytes of one message: header first, then the structural guard, then the decoder. The
 * result shares no memory with the bytes, except arguments and items that are not decoded yet.
 * @param admit decides about each call before any of its arguments is read.
 * @throws {RpcError} `internal` for a malformed message: the connection has to end.
 */
export function parseMessage(bytes: Uint8Array, limits: MessageLimits, admit?: Admit): Message {
  const first = bytes[0] ?? 0;
  if (first < 0x91 || first > 0x9f) throw malformed("it is not a short array");
  const number = bytes[1];
  const reader = new MessageReader(bytes, limits, admit);
  // Nearly all messages are of these kinds. A call by name lets the engine inline their parsers.
  if (number === callFormat.number) return callFormat.parse(reader);
  if (number === resultFormat.number) return resultFormat.parse(reader);
  if (number === itemsFormat.number) return itemsFormat.parse(reader);
  const format = formatsByNumber.get(number);
  if (format === undefined) throw malformed(`there is no message kind ${number}`);
  return format.parse(reader);
}
