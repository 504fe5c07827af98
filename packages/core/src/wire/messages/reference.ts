import type { WireError } from "../../errors/error-wire.js";
import { malformed } from "../decode.js";
import { encodeWhole } from "../encode.js";
import { decodeFields } from "../message-reader.js";
import { optionalErrorFields, readError } from "./error-fields.js";
import type { MessageFormat } from "./format.js";
import { isOverLimit } from "./partial.js";

/**
 * Numbers of the kinds of reference: an object or function of the sender, a stream of the sender,
 * an object or function of the receiver.
 */
export const referenceKinds = { object: 0, stream: 1, receiverHosted: 2 } as const;

/** A reference, by its owner's number. */
export interface WireReference {
  readonly kind: keyof typeof referenceKinds;
  readonly number: number;
}

/** The references of the next message, whose data holds their indexes in this list. */
export interface ReferencesMessage {
  readonly kind: "references";
  readonly references: readonly WireReference[];
}

/** The sender has released an object or function of the receiver. */
export interface ReleaseMessage {
  readonly kind: "release";
  readonly number: number;
}

/**
 * An object of the sender has ended, with its error if it failed. Its holder answers with a
 * release, unless it has sent one before.
 */
export interface GoneMessage {
  readonly kind: "gone";
  readonly number: number;
  readonly error: WireError | undefined;
}

/** The messages about functions, objects and streams that travel by reference. */
export type ReferenceMessages = ReferencesMessage | ReleaseMessage | GoneMessage;

export const referencesFormat = {
  number: 9,
  parse: (reader) => ({ kind: "references", references: readReferences(reader.decodeFields()[1]) }),
} as const satisfies MessageFormat<ReferencesMessage>;

export const releaseFormat = {
  number: 14,
  parse(reader) {
    reader.guard();
    return { kind: "release", number: reader.uint() };
  },
} as const satisfies MessageFormat<ReleaseMessage>;

export const goneFormat = {
  number: 18,
  parse(reader) {
    const number = reader.uint();
    const checked = reader.guardAlone("error", number);
    // The object is gone even if the details of its error are over a limit.
    if (isOverLimit(checked)) return { kind: "gone", number, error: checked.error };
    const error = reader.fieldCount > 2 ? readError(decodeFields(checked)) : undefined;
    return { kind: "gone", number, error };
  },
} as const satisfies MessageFormat<GoneMessage>;

export function encodeReferences(references: readonly WireReference[]): Uint8Array {
  const list = references.flatMap(({ kind, number }) => [referenceKinds[kind], number]);
  return encodeWhole([referencesFormat.number, list]);
}

export function encodeRelease(number: number): Uint8Array {
  return encodeWhole([releaseFormat.number, number]);
}

export function encodeGone(number: number, error?: WireError): Uint8Array {
  return encodeWhole([goneFormat.number, number, ...optionalErrorFields(error)]);
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
