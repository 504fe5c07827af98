import { type Code, codeNumbers } from "../../errors/code.js";
import { encodeWhole } from "../encode.js";
import { readCode, readString } from "./error-fields.js";
import type { MessageFormat } from "./format.js";

/** The sender makes no more calls on this connection. */
export interface GoodbyeMessage {
  readonly kind: "goodbye";
}

/** The last message: the sender ends the connection, for this reason. */
export interface EndMessage {
  readonly kind: "end";
  readonly code: Code;
  readonly message: string;
}

/** A request to answer with a pong of the same number, as a sign of life. */
export interface PingMessage {
  readonly kind: "ping";
  readonly number: number;
}

/** The answer to a ping, with its number. */
export interface PongMessage {
  readonly kind: "pong";
  readonly number: number;
}

/** The messages about the connection itself, after its handshake. */
export type ConnectionMessages = GoodbyeMessage | EndMessage | PingMessage | PongMessage;

export const goodbyeFormat = {
  number: 8,
  parse(reader) {
    reader.guard();
    reader.uint();
    return { kind: "goodbye" };
  },
} as const satisfies MessageFormat<GoodbyeMessage>;

export const endFormat = {
  number: 2,
  parse(reader) {
    reader.uint();
    const [, , code, message] = reader.decodeFields();
    return { kind: "end", code: readCode(code), message: readString(message, "the reason of an end") };
  },
} as const satisfies MessageFormat<EndMessage>;

export const pingFormat = {
  number: 15,
  parse(reader) {
    reader.guard();
    return { kind: "ping", number: reader.uint() };
  },
} as const satisfies MessageFormat<PingMessage>;

export const pongFormat = {
  number: 16,
  parse(reader) {
    reader.guard();
    return { kind: "pong", number: reader.uint() };
  },
} as const satisfies MessageFormat<PongMessage>;

export function encodeGoodbye(): Uint8Array {
  return encodeWhole([goodbyeFormat.number, 0]);
}

export function encodeEnd({ code, message }: Omit<EndMessage, "kind">): Uint8Array {
  return encodeWhole([endFormat.number, 0, codeNumbers[code], message]);
}

export function encodePing(number: number): Uint8Array {
  return encodeWhole([pingFormat.number, number]);
}

export function encodePong(number: number): Uint8Array {
  return encodeWhole([pongFormat.number, number]);
}
