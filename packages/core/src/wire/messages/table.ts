import { type CallMessages, callFormat, cancelFormat, notifyFormat, pipelinedCallFormat } from "./call.js";
import { type ConnectionMessages, endFormat, goodbyeFormat, pingFormat, pongFormat } from "./connection.js";
import type { MessageFormat } from "./format.js";
import { type HandshakeMessages, helloFormat, welcomeFormat } from "./handshake.js";
import type { PartialMessage } from "./partial.js";
import { goneFormat, type ReferenceMessages, referencesFormat, releaseFormat } from "./reference.js";
import { errorFormat, type ResultMessages, resultFormat } from "./result.js";
import { creditFormat, itemsFormat, type StreamMessages, stopFormat, streamEndFormat } from "./stream.js";

/** Any message of the protocol. */
type WireMessage =
  | HandshakeMessages
  | CallMessages
  | ResultMessages
  | ReferenceMessages
  | StreamMessages
  | ConnectionMessages;

/** Name of a kind of message, as in `docs/wire-protocol.md`. */
export type MessageKind = WireMessage["kind"];

/** Any message of the protocol, or one that was read only in part. */
export type Message = WireMessage | PartialMessage;

/** Format of each kind of message, for the parser. */
export const messageFormats = {
  hello: helloFormat,
  welcome: welcomeFormat,
  end: endFormat,
  call: callFormat,
  notify: notifyFormat,
  result: resultFormat,
  error: errorFormat,
  cancel: cancelFormat,
  goodbye: goodbyeFormat,
  references: referencesFormat,
  items: itemsFormat,
  streamEnd: streamEndFormat,
  credit: creditFormat,
  stop: stopFormat,
  release: releaseFormat,
  ping: pingFormat,
  pong: pongFormat,
  pipelinedCall: pipelinedCallFormat,
  gone: goneFormat,
} as const satisfies { readonly [K in MessageKind]: MessageFormat<Extract<WireMessage, { kind: K }>> };
