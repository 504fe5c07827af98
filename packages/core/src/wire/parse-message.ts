import { msgpackCodec } from "../codec/msgpack-codec.js";
import { guardStructure, type StructureLimits } from "../codec/structure-guard.js";
import { codeFromNumber } from "../errors/code.js";
import type { WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { parseIntroduction } from "./handshake.js";
import {
  type Message,
  messageKinds,
  type OverLimitMessage,
  referenceKinds,
  type WireReference,
} from "./message.js";

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
export function parseMessage(bytes: Uint8Array, limits: StructureLimits, admit?: Admit): Message {
  const first = bytes[0] ?? 0;
  if (first < 0x91 || first > 0x9f) throw malformed("it is not a short array");
  const count = first & 0x0f;
  const kind = bytes[1];
  const header = new HeaderReader(bytes, 2);
  switch (kind) {
    case messageKinds.call:
    case messageKinds.pipelinedCall:
    case messageKinds.notify: {
      const id = header.uint();
      const target = header.uint();
      const method = header.uint();
      const name =
        kind === messageKinds.call ? "call" : kind === messageKinds.notify ? "notify" : "pipelinedCall";
      if (count < 5) throw malformed(`a ${name} of ${count} fields`);
      const refusal = admit?.(target, method, kind === messageKinds.pipelinedCall);
      if (refusal !== undefined) return { kind: "refused", of: name, id, target, method, error: refusal };
      const overLimit = guard(bytes, limits, { of: name, id });
      if (overLimit !== undefined) return overLimit;
      const extras = count === 5 ? noExtras : readExtras(decodeFields(bytes));
      const args = count === 5 ? decode(bytes, header.position) : extras.args;
      if (!Array.isArray(args)) throw malformed(`the arguments of a ${name} are no array`);
      const { timeoutMs, metadata } = extras;
      if (name === "call") return { kind: name, id, target, method, args, timeoutMs, metadata };
      return name === "notify"
        ? { kind: name, target, method, args, timeoutMs, metadata }
        : { kind: name, id, on: target, method, args, timeoutMs, metadata };
    }
    case messageKinds.result: {
      const id = header.uint();
      if (count < 3) throw malformed("a result without a value");
      const overLimit = guard(bytes, limits, { of: "result", id });
      if (overLimit !== undefined) return overLimit;
      const value = count === 3 ? decode(bytes, header.position) : decodeFields(bytes)[2];
      return { kind: "result", id, value };
    }
    case messageKinds.error: {
      const id = header.uint();
      const overLimit = guard(bytes, limits, { of: "error", id });
      if (overLimit !== undefined) return overLimit;
      return { kind: "error", id, error: readError(decodeFields(bytes)) };
    }
    case messageKinds.cancel:
      guardStructure(bytes, limits);
      return { kind: "cancel", id: header.uint(), code: codeFromNumber(header.uint()) };
    case messageKinds.goodbye:
      guardStructure(bytes, limits);
      return { kind: "goodbye" };
    case messageKinds.references:
      guardStructure(bytes, limits);
      return { kind: "references", references: readReferences(decodeFields(bytes)[1]) };
    case messageKinds.items: {
      const stream = header.uint();
      const overLimit = guard(bytes, limits, { of: "items", id: stream });
      if (overLimit !== undefined) return overLimit;
      if (count !== 3 || !startsArray(bytes[header.position]))
        throw malformed("the items of a stream are no array");
      return { kind: "items", stream, payload: bytes.subarray(header.position) };
    }
    case messageKinds.streamEnd:
    case messageKinds.stop: {
      const stream = header.uint();
      const name = kind === messageKinds.stop ? "stop" : "streamEnd";
      const overLimit = guard(bytes, limits, { of: "streamEnd", id: stream });
      if (overLimit !== undefined && name === "streamEnd") return overLimit;
      const error = count > 2 && overLimit === undefined ? readError(decodeFields(bytes)) : undefined;
      return { kind: name, stream, error };
    }
    case messageKinds.credit:
      guardStructure(bytes, limits);
      return { kind: "credit", stream: header.uint(), bytes: header.uint() };
    case messageKinds.release:
      guardStructure(bytes, limits);
      return { kind: "release", number: header.uint() };
    case messageKinds.gone: {
      const number = header.uint();
      // What its error has besides a code and a text may be over a limit.
      const overLimit = guard(bytes, limits, { of: "error", id: number });
      const error = overLimit?.error ?? (count > 2 ? readError(decodeFields(bytes)) : undefined);
      return { kind: "gone", number, error };
    }
    case messageKinds.ping:
    case messageKinds.pong:
      guardStructure(bytes, limits);
      return { kind: kind === messageKinds.ping ? "ping" : "pong", number: header.uint() };
    case messageKinds.end: {
      guardStructure(bytes, limits);
      const [, , code, message] = decodeFields(bytes);
      return { kind: "end", code: readCode(code), message: readString(message, "the reason of an end") };
    }
    case messageKinds.hello:
      guardStructure(bytes, limits);
      return { kind: "hello", ...parseIntroduction(decodeFields(bytes), "hello") };
    case messageKinds.welcome:
      guardStructure(bytes, limits);
      return { kind: "welcome", ...parseIntroduction(decodeFields(bytes), "welcome") };
    default:
      throw malformed(`there is no message kind ${kind}`);
  }
}

/**
 * The items of a message of a stream. They are decoded when they are read: what waits takes no more memory than it had on its way. Byte strings of
 * large items are views of the payload, which is theirs from then on; those of small ones are copies, so that whoever keeps one keeps no more.
 * @throws {RpcError} `internal` if they do not decode.
 */
export function decodeItems(payload: Uint8Array): readonly unknown[] {
  const sharing = payload.length >= itemCount(payload) * sharedItemBytes;
  return (sharing ? decodeSharing(payload) : decode(payload, 0)) as readonly unknown[];
}

/** How many items a message of a stream has. */
export function itemCount(payload: Uint8Array): number {
  const type = payload[0] as number;
  if (type !== 0xdc && type !== 0xdd) return type & 0x0f;
  let count = 0;
  for (let at = 1; at <= (type === 0xdc ? 2 : 4); at++) count = count * 256 + (payload[at] as number);
  return count;
}

/** From so many bytes an item on, to copy its byte strings costs more than to keep the others of its message alive. */
const sharedItemBytes = 512;

function startsArray(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x90 && byte <= 0x9f) || byte === 0xdc || byte === 0xdd);
}

/** Reads the unsigned integers that begin a message, before anything of it is decoded. */
class HeaderReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  uint(): number {
    const type = this.#bytes[this.position++];
    if (type === undefined) throw malformed("it is cut off");
    if (type < 0x80) return type;
    const size = type === 0xcc ? 1 : type === 0xcd ? 2 : type === 0xce ? 4 : 0;
    if (size === 0) throw malformed("a header field is no unsigned integer of at most 32 bits");
    if (this.position + size > this.#bytes.length) throw malformed("it is cut off");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.#bytes[this.position++] as number);
    return value;
  }
}

interface Extras {
  readonly args?: unknown;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const noExtras: Extras = {};

function readExtras(fields: readonly unknown[]): Extras {
  const [, , , , args, timeoutMs, metadata] = fields;
  if (timeoutMs !== null && timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw malformed("a call's timeout is no number of milliseconds");
  }
  return { args, timeoutMs: timeoutMs ?? undefined, metadata: readMetadata(metadata) };
}

function readMetadata(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object" || !Object.values(value).every((item) => typeof item === "string")) {
    throw malformed("a call's metadata is no map of strings");
  }
  return value as Record<string, string>;
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
  if (!Array.isArray(list) || list.length % 2 !== 0) throw malformed("a list of references is none");
  const references: WireReference[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const place: unknown = list[i];
    const kind = isNumber(place) ? referenceNames[place] : undefined;
    const number: unknown = list[i + 1];
    if (kind === undefined || !isNumber(number)) throw malformed("a reference is no kind and number");
    references.push({ kind, number });
  }
  return references;
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function readCode(value: unknown) {
  if (typeof value !== "number") throw malformed("an error's code is no number");
  return codeFromNumber(value);
}

function readString(value: unknown, what: string): string {
  if (typeof value !== "string") throw malformed(`${what} is no string`);
  return value;
}

/** A value over a limit fails its own call; anything else that the guard finds ends the connection. */
function guard(
  bytes: Uint8Array,
  limits: StructureLimits,
  message: { readonly of: OverLimitMessage["of"]; readonly id: number },
): OverLimitMessage | undefined {
  try {
    guardStructure(bytes, limits);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || thrown.code !== "resourceExhausted") throw thrown;
    return { kind: "overLimit", ...message, error: thrown };
  }
}

function decodeFields(bytes: Uint8Array): readonly unknown[] {
  return decode(bytes, 0) as readonly unknown[];
}

function decode(bytes: Uint8Array, start: number): unknown {
  try {
    return msgpackCodec.decode(bytes, start);
  } catch (thrown) {
    throw undecodable(thrown);
  }
}

function decodeSharing(bytes: Uint8Array): unknown {
  try {
    return msgpackCodec.decodeSharing(bytes);
  } catch (thrown) {
    throw undecodable(thrown);
  }
}

function undecodable(cause: unknown): RpcError {
  return new RpcError("internal", "the peer sent bytes that are no message: they do not decode", { cause });
}

function malformed(what: string): RpcError {
  return new RpcError("internal", `the peer sent bytes that are no message: ${what}`);
}
