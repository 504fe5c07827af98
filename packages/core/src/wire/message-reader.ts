import { type CheckedMessage, guardStructure, type StructureLimits } from "../codec/structure-guard.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { MetadataLimits } from "./call-extras.js";
import { decode, malformed } from "./decode.js";
import { type OverLimitMessage, overLimit } from "./messages/partial.js";

/** Limits that are enforced while a message is parsed; see `Limits`. */
export type MessageLimits = StructureLimits & MetadataLimits;

/**
 * Returns the error for a call that the peer may not make, or undefined if it may.
 * @param pipelined true for a call on the result of another call, whose id is `target`.
 */
export type Admit = (target: number, method: number, pipelined: boolean) => RpcError | undefined;

/** The bytes of one message while a {@link MessageFormat} parses them. */
export class MessageReader {
  readonly bytes: Uint8Array;
  readonly limits: MessageLimits;
  /** Decides about a call by its header, before any of its arguments is read. */
  readonly admit: Admit | undefined;
  /** Index of the next header field, initially that of the one after the kind. */
  position = 2;

  constructor(bytes: Uint8Array, limits: MessageLimits, admit: Admit | undefined) {
    this.bytes = bytes;
    this.limits = limits;
    this.admit = admit;
  }

  /** Number of fields, the kind included. */
  get fieldCount(): number {
    return (this.bytes[0] as number) & 0x0f;
  }

  /** Reads the next header field, an unsigned integer, without decoding anything. */
  uint(): number {
    const type = this.bytes[this.position++];
    if (type === undefined) throw malformed("it is cut off");
    if (type < 0x80) return type;
    const size = type === 0xcc ? 1 : type === 0xcd ? 2 : type === 0xce ? 4 : 0;
    if (size === 0) throw malformed("a header field is not an unsigned integer of at most 32 bits");
    if (this.position + size > this.bytes.length) throw malformed("it is cut off");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.bytes[this.position++] as number);
    return value;
  }

  /**
   * Passes the message through the structure guard.
   * @throws {RpcError} as {@link guardStructure} does; each error ends the connection.
   */
  guard(): CheckedMessage {
    return guardStructure(this.bytes, this.limits);
  }

  /**
   * Passes the message through the structure guard. A value over a limit fails alone, by the
   * message that is returned.
   * @throws {RpcError} `internal` for bytes that break the guard's other rules.
   */
  guardAlone(of: OverLimitMessage["of"], id: number): CheckedMessage | OverLimitMessage {
    try {
      return guardStructure(this.bytes, this.limits);
    } catch (thrown) {
      return overLimit(thrown, of, id);
    }
  }

  /** Guards the message and decodes all of its fields. */
  decodeFields(): readonly unknown[] {
    return decodeFields(this.guard());
  }
}

/** Decodes all fields of a message. */
export function decodeFields({ bytes }: CheckedMessage): readonly unknown[] {
  return decode(bytes, 0) as readonly unknown[];
}

/** True for the first byte of an array. */
export function startsArray(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x90 && byte <= 0x9f) || byte === 0xdc || byte === 0xdd);
}
