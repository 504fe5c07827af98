import { type MessageKind, messageFormats } from "../../../wire/messages/table.js";

/** Number of each kind of message, for messages that are written field by field. */
export const messageKinds = Object.fromEntries(
  Object.entries(messageFormats).map(([kind, { number }]) => [kind, number]),
) as Readonly<Record<MessageKind, number>>;
