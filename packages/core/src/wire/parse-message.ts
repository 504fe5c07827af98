import { type CheckedMessage, guardStructure, type StructureLimits } from "../codec/structure-guard.js";
import { codeFromNumber } from "../errors/code.js";
import type { WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { type MetadataLimits, readExtras } from "./call-extras.js";
import { decode, malformed } from "./decode.js";
import { parseIntroduction } from "./handshake.js";
import { HeaderReader } from "./header-reader.js";
import {
  type CallExtras,
  type Message,
  messageKinds,
  type OverLimitMessage,
  referenceKinds,
  type WireReference,
} from "./message.js";
import { ReceivedArgs } from "./received-args.js";

/** The limits that a message is held to while it is parsed; see `Limits`. */
export type MessageLimits = StructureLimits & MetadataLimits;

/**
 * Why the peer may not make a call with these numbers; undefined if it may.
 * @param pipelined `target` is the id of another call, of whose result this is a call.
 */
export type Admit = (target: number, method: number, pipelined: boolean) => RpcError | undefined;

/**
 * Turns the bytes of one message into a typed message: header first, then the structural guard, then the decoder. The result
 * shares no memory with the bytes.
 * @param admit asked of each call before any of its arguments is looked at.
 * @throws {RpcError} `internal` if they are no message of this protocol: the connection has to end.
 */
export function parseMessage(bytes: Uint8Array, limits: MessageLimits, admit?: Admit): Message {
  const first = bytes[0] ?? 0;
  if (first < 0x91 || first > 0x9f) throw malformed("it is not a short array");
  const count = first & 0x0f;
  const kind = bytes[1];
  const header = new HeaderReader(bytes, 2);
  switch (kind) {
    case messageKinds.call:
    case messageKinds.pipelinedCall:
    case messageKinds.notify:
      return parseCall(bytes, header, kind, limits, admit);
    case messageKinds.result: {
      const id = header.uint();
      if (count < 3) throw malformed("a result without a value");
      const checked = guard(bytes, limits, { of: "result", id });
      if (isOverLimit(checked)) return checked;
      return { kind: "result", id, value: decode(checked.bytes, header.position, checked.fieldEnds[2]) };
    }
    case messageKinds.error: {
      const id = header.uint();
      const checked = guard(bytes, limits, { of: "error", id });
      if (isOverLimit(checked)) return checked;
      return { kind: "error", id, error: readError(decodeFields(checked)) };
    }
    case messageKinds.cancel:
      guardStructure(bytes, limits);
      return { kind: "cancel", id: header.uint(), code: codeFromNumber(header.uint()) };
    case messageKinds.goodbye:
      guardStructure(bytes, limits);
      header.uint();
      return { kind: "goodbye" };
    case messageKinds.references:
      return { kind: "references", references: readReferences(readFields(bytes, limits)[1]) };
    case messageKinds.items: {
      const stream = header.uint();
      const checked = guard(bytes, limits, { of: "items", id: stream });
      if (isOverLimit(checked)) return checked;
      const { decodedBytes, fieldEnds } = checked;
      if (count < 3 || !startsArray(checked.bytes[header.position]))
        throw malformed("the items of a stream are not an array");
      return {
        kind: "items",
        stream,
        payload: checked.bytes.subarray(header.position, fieldEnds[2]),
        decodedBytes,
      };
    }
    case messageKinds.streamEnd:
    case messageKinds.stop: {
      const stream = header.uint();
      const name = kind === messageKinds.stop ? "stop" : "streamEnd";
      const checked = guard(bytes, limits, { of: "streamEnd", id: stream });
      // A stream is left whatever the error is that was thrown into it.
      if (isOverLimit(checked))
        return name === "streamEnd" ? checked : { kind: name, stream, error: undefined };
      return { kind: name, stream, error: count > 2 ? readError(decodeFields(checked)) : undefined };
    }
    case messageKinds.credit:
      guardStructure(bytes, limits);
      return { kind: "credit", stream: header.uint(), bytes: header.uint() };
    case messageKinds.release:
      guardStructure(bytes, limits);
      return { kind: "release", number: header.uint() };
    case messageKinds.gone: {
      const number = header.uint();
      const checked = guard(bytes, limits, { of: "error", id: number });
      // What its error has besides a code and a text may be over a limit.
      if (isOverLimit(checked)) return { kind: "gone", number, error: checked.error };
      return { kind: "gone", number, error: count > 2 ? readError(decodeFields(checked)) : undefined };
    }
    case messageKinds.ping:
    case messageKinds.pong:
      guardStructure(bytes, limits);
      return { kind: kind === messageKinds.ping ? "ping" : "pong", number: header.uint() };
    case messageKinds.end: {
      header.uint();
      const [, , code, message] = readFields(bytes, limits);
      return { kind: "end", code: readCode(code), message: readString(message, "the reason of an end") };
    }
    case messageKinds.hello:
      header.uint();
      return { kind: "hello", ...parseIntroduction(readFields(bytes, limits), "hello") };
    case messageKinds.welcome:
      header.uint();
      return { kind: "welcome", ...parseIntroduction(readFields(bytes, limits), "welcome") };
    default:
      throw malformed(`there is no message kind ${kind}`);
  }
}

type CallKind = typeof messageKinds.call | typeof messageKinds.pipelinedCall | typeof messageKinds.notify;

const callNames = {
  [messageKinds.call]: "call",
  [messageKinds.pipelinedCall]: "pipelinedCall",
  [messageKinds.notify]: "notify",
} as const;

function parseCall(
  bytes: Uint8Array,
  header: HeaderReader,
  kind: CallKind,
  limits: MessageLimits,
  admit: Admit | undefined,
): Message {
  const id = header.uint();
  const target = header.uint();
  const method = header.uint();
  const name = callNames[kind];
  const count = (bytes[0] as number) & 0x0f;
  if (count < 5) throw malformed(`a ${name} of ${count} fields`);
  const refusal = admit?.(target, method, kind === messageKinds.pipelinedCall);
  if (refusal !== undefined) return { kind: "refused", of: name, id, target, method, error: refusal };
  const checked = guard(bytes, limits, { of: name, id });
  if (isOverLimit(checked)) return checked;
  const { fieldEnds, decodedBytes } = checked;
  const start = header.position;
  if (!startsArray(checked.bytes[start])) throw malformed(`the arguments of a ${name} are not an array`);
  let extras = noExtras;
  if (count > 5) {
    try {
      extras = readExtras(checked.bytes, fieldEnds, limits);
    } catch (thrown) {
      return overLimit(thrown, { of: name, id });
    }
  }
  const { timeoutMs, metadata } = extras;
  const args = new ReceivedArgs(checked.bytes, start, fieldEnds[4] ?? checked.bytes.length, decodedBytes);
  if (name === "call") return { kind: name, id, target, method, args, timeoutMs, metadata };
  return name === "notify"
    ? { kind: name, target, method, args, timeoutMs, metadata }
    : { kind: name, id, on: target, method, args, timeoutMs, metadata };
}

const noExtras: CallExtras = {};

function startsArray(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x90 && byte <= 0x9f) || byte === 0xdc || byte === 0xdd);
}

/** The fields of an error, which follow two others. */
function readError(fields: readonly unknown[]): WireError {
  const [, , code, message, details, stack, type, declared] = fields;
  return {
    code: readCode(code),
    message: readString(message, "an error's message"),
    details,
    stack: typeof stack === "string" ? stack : undefined,
    type: typeof type === "string" ? type : undefined,
    fields: declared,
  };
}

const referenceNames = Object.keys(referenceKinds) as readonly (keyof typeof referenceKinds)[];

function readReferences(list: unknown): readonly WireReference[] {
  if (!Array.isArray(list) || list.length % 2 !== 0) throw malformed("a list of references is not pairs");
  const references: WireReference[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const place: unknown = list[i];
    const kind = isNumber(place) ? referenceNames[place] : undefined;
    const number: unknown = list[i + 1];
    if (kind === undefined || !isNumber(number)) throw malformed("a reference is not a kind and a number");
    references.push({ kind, number });
  }
  return references;
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function readCode(value: unknown) {
  if (typeof value !== "number") throw malformed("an error's code is not a number");
  return codeFromNumber(value);
}

function readString(value: unknown, what: string): string {
  if (typeof value !== "string") throw malformed(`${what} is not a string`);
  return value;
}

/** A value over a limit fails its own call; anything else that the guard finds ends the connection. */
function guard(
  bytes: Uint8Array,
  limits: StructureLimits,
  message: Pick<OverLimitMessage, "of" | "id">,
): CheckedMessage | OverLimitMessage {
  try {
    return guardStructure(bytes, limits);
  } catch (thrown) {
    return overLimit(thrown, message);
  }
}

function isOverLimit(guarded: CheckedMessage | OverLimitMessage): guarded is OverLimitMessage {
  return (guarded as Partial<OverLimitMessage>).kind === "overLimit";
}

function overLimit(thrown: unknown, message: Pick<OverLimitMessage, "of" | "id">): OverLimitMessage {
  if (!(thrown instanceof RpcError) || thrown.code !== "resourceExhausted") throw thrown;
  return { kind: "overLimit", ...message, error: thrown };
}

function readFields(bytes: Uint8Array, limits: StructureLimits): readonly unknown[] {
  return decodeFields(guardStructure(bytes, limits));
}

function decodeFields({ bytes }: CheckedMessage): readonly unknown[] {
  return decode(bytes, 0) as readonly unknown[];
}
