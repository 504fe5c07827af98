import type { WireError } from "../../errors/error-wire.js";
import { decode, malformed } from "../decode.js";
import { encodeValue, encodeWhole } from "../encode.js";
import { decodeFields } from "../message-reader.js";
import { errorFields, readError } from "./error-fields.js";
import type { MessageFormat } from "./format.js";
import { isOverLimit } from "./partial.js";

/** The result of a call of the receiver. */
export interface ResultMessage {
  readonly kind: "result";
  readonly id: number;
  readonly value: unknown;
}

/** The failure of a call of the receiver. */
export interface ErrorMessage {
  readonly kind: "error";
  readonly id: number;
  readonly error: WireError;
}

/** The messages that answer a call. */
export type ResultMessages = ResultMessage | ErrorMessage;

export const resultFormat = {
  number: 5,
  parse(reader) {
    const id = reader.uint();
    if (reader.fieldCount < 3) throw malformed("a result without a value");
    const checked = reader.guardAlone("result", id);
    if (isOverLimit(checked)) return checked;
    return { kind: "result", id, value: decode(checked.bytes, reader.position, checked.fieldEnds[2]) };
  },
} as const satisfies MessageFormat<ResultMessage>;

export const errorFormat = {
  number: 6,
  parse(reader) {
    const id = reader.uint();
    const checked = reader.guardAlone("error", id);
    if (isOverLimit(checked)) return checked;
    return { kind: "error", id, error: readError(decodeFields(checked)) };
  },
} as const satisfies MessageFormat<ErrorMessage>;

export function encodeResult(id: number, value: unknown): Uint8Array {
  return encodeValue(resultFormat.number, id, value);
}

export function encodeError(id: number, error: WireError): Uint8Array {
  return encodeWhole([errorFormat.number, id, ...errorFields(error)]);
}
