import { msgpackCodec } from "../../codec/msgpack-codec.js";
import { type Code, codeFromNumber, codeNumbers } from "../../errors/code.js";
import { type CallExtras, extraFields, hasExtras, noExtras, readExtras } from "../call-extras.js";
import { malformed } from "../decode.js";
import { EncodedValue, encodeWhole, fixarray, headerRoomBytes } from "../encode.js";
import { type MessageReader, startsArray } from "../message-reader.js";
import { ReceivedArgs } from "../received-args.js";
import { uintBytes, writeUint } from "../write-uint.js";
import type { MessageFormat } from "./format.js";
import { isOverLimit, overLimit, type PartialMessage } from "./partial.js";

/** Header fields of a call. A one-way call has them too, but no id. */
export interface CallTarget {
  /** Index of the service in the list that its side offered in the handshake. */
  readonly target: number;
  /** Index of the method in that service. */
  readonly method: number;
}

/** A call with an answer. */
export interface CallMessage extends CallTarget, CallExtras {
  readonly kind: "call";
  readonly id: number;
  readonly args: ReceivedArgs;
}

/** A one-way call. */
export interface NotifyMessage extends CallTarget, CallExtras {
  readonly kind: "notify";
  readonly args: ReceivedArgs;
}

/** A call on the result of another call of the sender. */
export interface PipelinedCallMessage extends CallExtras {
  readonly kind: "pipelinedCall";
  readonly id: number;
  /** The id of the other call. */
  readonly on: number;
  readonly method: number;
  readonly args: ReceivedArgs;
}

/** The caller no longer awaits a call. It is still answered, unless it has been. */
export interface CancelMessage {
  readonly kind: "cancel";
  readonly id: number;
  /** `deadlineExceeded` if the caller's deadline has passed, otherwise `cancelled`. */
  readonly code: Code;
}

/** The messages that a caller sends. */
export type CallMessages = CallMessage | NotifyMessage | PipelinedCallMessage | CancelMessage;

export const callFormat = {
  number: 3,
  parse: (reader) => parseCall("call", reader),
} as const satisfies MessageFormat<CallMessage>;

export const notifyFormat = {
  number: 4,
  parse: (reader) => parseCall("notify", reader),
} as const satisfies MessageFormat<NotifyMessage>;

export const pipelinedCallFormat = {
  number: 17,
  parse: (reader) => parseCall("pipelinedCall", reader),
} as const satisfies MessageFormat<PipelinedCallMessage>;

export const cancelFormat = {
  number: 7,
  parse(reader) {
    reader.guard();
    return { kind: "cancel", id: reader.uint(), code: codeFromNumber(reader.uint()) };
  },
} as const satisfies MessageFormat<CancelMessage>;

export function encodeCall(
  id: number,
  to: CallTarget,
  args: readonly unknown[] | EncodedValue,
  extras: CallExtras = {},
): Uint8Array {
  if (args instanceof EncodedValue) return encodeCallAround(id, to, args, extras);
  if (hasExtras(extras)) {
    return encodeWhole([callFormat.number, id, to.target, to.method, args, ...extraFields(extras)]);
  }
  const encoded = msgpackCodec.encode(args, headerRoomBytes);
  const start = writeCallHeader(encoded.buffer, encoded.start, { id, to, fields: 5 });
  return encoded.buffer.subarray(start, encoded.end);
}

export function encodeNotify(
  to: CallTarget,
  args: readonly unknown[] | EncodedValue,
  extras: CallExtras = {},
): Uint8Array {
  if (args instanceof EncodedValue) {
    const message = encodeCallAround(0, to, args, extras);
    message[1] = notifyFormat.number;
    return message;
  }
  return encodeWhole([notifyFormat.number, 0, to.target, to.method, args, ...extraFields(extras)]);
}

/** @param to the id of the call whose result is called, and the method of that result. */
export function encodePipelinedCall(
  id: number,
  to: { readonly on: number; readonly method: number },
  args: readonly unknown[] | EncodedValue,
  extras?: CallExtras,
): Uint8Array {
  const message = encodeCall(id, { target: to.on, method: to.method }, args, extras);
  message[1] = pipelinedCallFormat.number;
  return message;
}

export function encodeCancel(id: number, code: Code): Uint8Array {
  return encodeWhole([cancelFormat.number, id, codeNumbers[code]]);
}

/** Encodes a call whose arguments were encoded earlier. */
function encodeCallAround(
  id: number,
  to: CallTarget,
  { bytes }: EncodedValue,
  extras: CallExtras,
): Uint8Array {
  const rest = extraFields(extras);
  const start = writeCallHeader(bytes, 0, { id, to, fields: 5 + rest.length });
  const head = bytes.subarray(start);
  if (rest.length === 0) return head;
  const tail = encodeWhole(rest).subarray(1);
  const message = new Uint8Array(head.length + tail.length);
  message.set(head);
  message.set(tail, head.length);
  return message;
}

/** Writes the header of a call into the room that begins at `room` and returns its start. */
function writeCallHeader(
  buffer: Uint8Array,
  room: number,
  { id, to, fields }: { readonly id: number; readonly to: CallTarget; readonly fields: number },
): number {
  const start = room + headerRoomBytes - 2 - uintBytes(id) - uintBytes(to.target) - uintBytes(to.method);
  buffer[start] = fixarray | fields;
  buffer[start + 1] = callFormat.number;
  let at = writeUint(buffer, start + 2, id);
  at = writeUint(buffer, at, to.target);
  writeUint(buffer, at, to.method);
  return start;
}

type CallKind = "call" | "notify" | "pipelinedCall";

/** Parses a call. The kinds differ only in their number and the meaning of their header fields. */
function parseCall(kind: "call", reader: MessageReader): CallMessage | PartialMessage;
function parseCall(kind: "notify", reader: MessageReader): NotifyMessage | PartialMessage;
function parseCall(kind: "pipelinedCall", reader: MessageReader): PipelinedCallMessage | PartialMessage;
function parseCall(
  kind: CallKind,
  reader: MessageReader,
): CallMessage | NotifyMessage | PipelinedCallMessage | PartialMessage {
  const id = reader.uint();
  const target = reader.uint();
  const method = reader.uint();
  const { fieldCount } = reader;
  if (fieldCount < 5) throw malformed(`a ${kind} of ${fieldCount} fields`);
  const refusal = reader.admit?.(target, method, kind === "pipelinedCall");
  if (refusal !== undefined) return { kind: "refused", of: kind, id, target, method, error: refusal };
  const checked = reader.guardAlone(kind, id);
  if (isOverLimit(checked)) return checked;
  const { fieldEnds, decodedBytes } = checked;
  const start = reader.position;
  if (!startsArray(checked.bytes[start])) throw malformed(`the arguments of a ${kind} are not an array`);
  let extras = noExtras;
  if (fieldCount > 5) {
    try {
      extras = readExtras(checked.bytes, fieldEnds, reader.limits);
    } catch (thrown) {
      return overLimit(thrown, kind, id);
    }
  }
  const { timeoutMs, metadata } = extras;
  const args = new ReceivedArgs(checked.bytes, start, fieldEnds[4] ?? checked.bytes.length, decodedBytes);
  if (kind === "call") return { kind, id, target, method, args, timeoutMs, metadata };
  return kind === "notify"
    ? { kind, target, method, args, timeoutMs, metadata }
    : { kind, id, on: target, method, args, timeoutMs, metadata };
}
