import { msgpackCodec } from "../codec/msgpack-codec.js";
import { type Code, codeNumbers } from "../errors/code.js";
import type { WireError } from "../errors/error-wire.js";
import {
  type CallExtras,
  type CallTarget,
  type EndMessage,
  messageKinds,
  referenceKinds,
  type WireReference,
} from "./message.js";
import { uintBytes, writeUint } from "./write-uint.js";

/**
 * Each function returns the bytes of one message, valid until the next one is encoded: a connection copies what it sends
 * before `send` returns, so nothing is copied here.
 */

const fixarray = 0x90;
/** Room for the longest header: array byte, kind, and three unsigned integers of at most five bytes. */
const headerRoomBytes = 17;

/** A value in its encoded form, for several messages. */
export class EncodedValue {
  /** The value, after room for the header of a message. */
  readonly bytes: Uint8Array;

  constructor(value: unknown) {
    const { buffer, start, end } = msgpackCodec.encode(value, headerRoomBytes);
    this.bytes = new Uint8Array(buffer.subarray(start, end));
  }
}

/** A call whose arguments were encoded before. */
function encodeCallAround(
  id: number,
  to: CallTarget,
  { bytes }: EncodedValue,
  extras: CallExtras,
): Uint8Array {
  const rest = trailing(extras);
  const start = writeCallHeader(bytes, 0, { id, to, fields: 5 + rest.length });
  const head = bytes.subarray(start);
  if (rest.length === 0) return head;
  const tail = encodeWhole(rest).subarray(1);
  const message = new Uint8Array(head.length + tail.length);
  message.set(head);
  message.set(tail, head.length);
  return message;
}

/** Writes the header of a call into the room that begins at `room`, and returns where it starts. */
function writeCallHeader(
  buffer: Uint8Array,
  room: number,
  { id, to, fields }: { readonly id: number; readonly to: CallTarget; readonly fields: number },
): number {
  const start = room + headerRoomBytes - 2 - uintBytes(id) - uintBytes(to.target) - uintBytes(to.method);
  buffer[start] = fixarray | fields;
  buffer[start + 1] = messageKinds.call;
  let at = writeUint(buffer, start + 2, id);
  at = writeUint(buffer, at, to.target);
  writeUint(buffer, at, to.method);
  return start;
}

export function encodeCall(
  id: number,
  to: CallTarget,
  args: readonly unknown[] | EncodedValue,
  extras: CallExtras = {},
): Uint8Array {
  if (args instanceof EncodedValue) return encodeCallAround(id, to, args, extras);
  if (hasExtras(extras)) {
    return encodeWhole([messageKinds.call, id, to.target, to.method, args, ...trailing(extras)]);
  }
  const encoded = msgpackCodec.encode(args, headerRoomBytes);
  const start = writeCallHeader(encoded.buffer, encoded.start, { id, to, fields: 5 });
  return encoded.buffer.subarray(start, encoded.end);
}

/** @param to the id of the call whose result is called, and the method of that. */
export function encodePipelinedCall(
  id: number,
  to: { readonly on: number; readonly method: number },
  args: readonly unknown[] | EncodedValue,
  extras?: CallExtras,
): Uint8Array {
  const message = encodeCall(id, { target: to.on, method: to.method }, args, extras);
  message[1] = messageKinds.pipelinedCall;
  return message;
}

export function encodeNotify(
  to: CallTarget,
  args: readonly unknown[] | EncodedValue,
  extras: CallExtras = {},
): Uint8Array {
  if (args instanceof EncodedValue) {
    const message = encodeCallAround(0, to, args, extras);
    message[1] = messageKinds.notify;
    return message;
  }
  return encodeWhole([messageKinds.notify, 0, to.target, to.method, args, ...trailing(extras)]);
}

export function encodeResult(id: number, value: unknown): Uint8Array {
  return encodeValue(messageKinds.result, id, value);
}

export function encodeItems(stream: number, values: readonly unknown[]): Uint8Array {
  return encodeValue(messageKinds.items, stream, values);
}

function encodeValue(kind: number, id: number, value: unknown): Uint8Array {
  const encoded = msgpackCodec.encode(value, headerRoomBytes);
  const { buffer } = encoded;
  const start = encoded.start + headerRoomBytes - 2 - uintBytes(id);
  buffer[start] = fixarray | 3;
  buffer[start + 1] = kind;
  writeUint(buffer, start + 2, id);
  return buffer.subarray(start, encoded.end);
}

export function encodeError(id: number, error: WireError): Uint8Array {
  return encodeWhole([messageKinds.error, id, ...errorFields(error)]);
}

export function encodeStreamEnd(stream: number, error?: WireError): Uint8Array {
  return encodeWhole([messageKinds.streamEnd, stream, ...(error === undefined ? [] : errorFields(error))]);
}

export function encodeStop(stream: number, error?: WireError): Uint8Array {
  return encodeWhole([messageKinds.stop, stream, ...(error === undefined ? [] : errorFields(error))]);
}

export function encodeCredit(stream: number, bytes: number): Uint8Array {
  return encodeWhole([messageKinds.credit, stream, bytes]);
}

export function encodeRelease(number: number): Uint8Array {
  return encodeWhole([messageKinds.release, number]);
}

export function encodeGone(number: number, error?: WireError): Uint8Array {
  return encodeWhole([messageKinds.gone, number, ...(error === undefined ? [] : errorFields(error))]);
}

export function encodePing(number: number): Uint8Array {
  return encodeWhole([messageKinds.ping, number]);
}

export function encodePong(number: number): Uint8Array {
  return encodeWhole([messageKinds.pong, number]);
}

export function encodeReferences(references: readonly WireReference[]): Uint8Array {
  const list = references.flatMap(({ kind, number }) => [referenceKinds[kind], number]);
  return encodeWhole([messageKinds.references, list]);
}

function errorFields({ code, message, details, stack, type, fields }: WireError): unknown[] {
  const elements: unknown[] = [codeNumbers[code], message];
  const typed = type !== undefined;
  if (details !== undefined || stack !== undefined || typed) elements.push(details);
  if (stack !== undefined || typed) elements.push(stack ?? null);
  if (typed) elements.push(type, fields);
  return elements;
}

export function encodeCancel(id: number, code: Code): Uint8Array {
  return encodeWhole([messageKinds.cancel, id, codeNumbers[code]]);
}

export function encodeGoodbye(): Uint8Array {
  return encodeWhole([messageKinds.goodbye, 0]);
}

export function encodeEnd({ code, message }: Omit<EndMessage, "kind">): Uint8Array {
  return encodeWhole([messageKinds.end, 0, codeNumbers[code], message]);
}

/** Encodes a message without a header of its own; the handshake uses it too. */
export function encodeWhole(fields: readonly unknown[]): Uint8Array {
  const { buffer, start, end } = msgpackCodec.encode(fields, 0);
  return buffer.subarray(start, end);
}

function hasExtras({ timeoutMs, metadata }: CallExtras): boolean {
  return timeoutMs !== undefined || metadata !== undefined;
}

function trailing({ timeoutMs, metadata }: CallExtras): unknown[] {
  if (metadata !== undefined) return [timeoutMs ?? null, metadata];
  return timeoutMs === undefined ? [] : [timeoutMs];
}
