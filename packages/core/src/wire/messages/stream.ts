import type { WireError } from "../../errors/error-wire.js";
import { malformed } from "../decode.js";
import { encodeValue, encodeWhole } from "../encode.js";
import { decodeFields, startsArray } from "../message-reader.js";
import { optionalErrorFields, readError } from "./error-fields.js";
import type { MessageFormat } from "./format.js";
import { isOverLimit } from "./partial.js";

/** The next items of a stream of the sender. */
export interface ItemsMessage {
  readonly kind: "items";
  readonly stream: number;
  /**
   * The items for `ReceivedItems`: an array, guarded and not decoded. A view of the message, valid
   * during its delivery only.
   */
  readonly payload: Uint8Array;
  /** Estimate of the memory that the items take once they are decoded. */
  readonly decodedBytes: number;
}

/** The last message of a stream of the sender, with its error if it failed. */
export interface StreamEndMessage {
  readonly kind: "streamEnd";
  readonly stream: number;
  readonly error: WireError | undefined;
}

/** Permission to send more bytes of a stream of the receiver. */
export interface CreditMessage {
  readonly kind: "credit";
  readonly stream: number;
  readonly bytes: number;
}

/** The consumer cancels a stream of the receiver, with the error that was thrown into it if any. */
export interface StopMessage {
  readonly kind: "stop";
  readonly stream: number;
  readonly error: WireError | undefined;
}

/** The messages about one stream. */
export type StreamMessages = ItemsMessage | StreamEndMessage | CreditMessage | StopMessage;

export const itemsFormat = {
  number: 10,
  parse(reader) {
    const stream = reader.uint();
    const checked = reader.guardAlone("items", stream);
    if (isOverLimit(checked)) return checked;
    const { bytes, decodedBytes, fieldEnds } = checked;
    if (reader.fieldCount < 3 || !startsArray(bytes[reader.position]))
      throw malformed("the items of a stream are not an array");
    const payload = bytes.subarray(reader.position, fieldEnds[2]);
    return { kind: "items", stream, payload, decodedBytes };
  },
} as const satisfies MessageFormat<ItemsMessage>;

export const streamEndFormat = {
  number: 11,
  parse(reader) {
    const stream = reader.uint();
    const checked = reader.guardAlone("streamEnd", stream);
    if (isOverLimit(checked)) return checked;
    const error = reader.fieldCount > 2 ? readError(decodeFields(checked)) : undefined;
    return { kind: "streamEnd", stream, error };
  },
} as const satisfies MessageFormat<StreamEndMessage>;

export const creditFormat = {
  number: 12,
  parse(reader) {
    reader.guard();
    return { kind: "credit", stream: reader.uint(), bytes: reader.uint() };
  },
} as const satisfies MessageFormat<CreditMessage>;

export const stopFormat = {
  number: 13,
  parse(reader) {
    const stream = reader.uint();
    const checked = reader.guardAlone("streamEnd", stream);
    // The stream is cancelled even if the error that was thrown into it is over a limit.
    if (isOverLimit(checked)) return { kind: "stop", stream, error: undefined };
    const error = reader.fieldCount > 2 ? readError(decodeFields(checked)) : undefined;
    return { kind: "stop", stream, error };
  },
} as const satisfies MessageFormat<StopMessage>;

export function encodeItems(stream: number, values: readonly unknown[]): Uint8Array {
  return encodeValue(itemsFormat.number, stream, values);
}

export function encodeStreamEnd(stream: number, error?: WireError): Uint8Array {
  return encodeWhole([streamEndFormat.number, stream, ...optionalErrorFields(error)]);
}

export function encodeCredit(stream: number, bytes: number): Uint8Array {
  return encodeWhole([creditFormat.number, stream, bytes]);
}

export function encodeStop(stream: number, error?: WireError): Uint8Array {
  return encodeWhole([stopFormat.number, stream, ...optionalErrorFields(error)]);
}
