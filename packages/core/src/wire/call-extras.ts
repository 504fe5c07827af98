import { RpcError } from "../errors/rpc-error.js";
import type { Limits } from "../transport/limits.js";
import { decode, malformed } from "./decode.js";

/** Limits of the metadata of a call. */
export type MetadataLimits = Pick<Limits, "maxMetadataEntries" | "maxMetadataChars">;

/** Optional fields of a call. */
export interface CallExtras {
  /** Whole milliseconds until the deadline. */
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Extras of a call that ends with its arguments. */
export const noExtras: CallExtras = {};

/** The largest timeout of a call, in milliseconds: a double holds it exactly. */
const maxTimeoutMs = 2 ** 53;

/** True if a field follows the arguments. */
export function hasExtras({ timeoutMs, metadata }: CallExtras): boolean {
  return timeoutMs !== undefined || metadata !== undefined;
}

/** Returns the fields that follow the arguments of a call. */
export function extraFields({ timeoutMs, metadata }: CallExtras): unknown[] {
  if (metadata !== undefined) return [timeoutMs ?? null, metadata];
  return timeoutMs === undefined ? [] : [timeoutMs];
}

/**
 * Reads the fields that follow the arguments of a call.
 * @param fieldEnds the index after each field of the message; the arguments are the fifth.
 * @throws {RpcError} `internal` if they are malformed, `resourceExhausted` if the metadata is over
 * a limit.
 */
export function readExtras(
  bytes: Uint8Array,
  fieldEnds: readonly number[],
  limits: MetadataLimits,
): CallExtras {
  const [timeoutStart, metadataStart, metadataEnd] = fieldEnds.slice(4) as [number, number, number?];
  return {
    timeoutMs: readTimeout(decode(bytes, timeoutStart, metadataStart)),
    metadata:
      metadataEnd === undefined
        ? undefined
        : readMetadata(bytes.subarray(metadataStart, metadataEnd), limits),
  };
}

function readTimeout(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number" && value >= 0 && value <= maxTimeoutMs) return value;
  throw malformed("the timeout of a call is not a number of milliseconds from 0 to 2^53");
}

function readMetadata(
  bytes: Uint8Array,
  limits: MetadataLimits,
): Readonly<Record<string, string>> | undefined {
  const type = bytes[0] as number;
  if (type === 0xc0 || type === 0xd4) return undefined;
  if (!(type >= 0x80 && type <= 0x8f) && type !== 0xde && type !== 0xdf) throw notStrings();
  // A map of that length is over the limit with any content. It is refused without decoding.
  if (bytes.length > mostBytes(limits)) throw overLimit(limits);
  const metadata = decode(bytes, 0) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(metadata);
  let chars = 0;
  for (const [name, value] of entries) {
    if (typeof value !== "string") throw notStrings();
    chars += name.length + value.length;
  }
  if (entries.length > limits.maxMetadataEntries || chars > limits.maxMetadataChars) throw overLimit(limits);
  return metadata as Readonly<Record<string, string>>;
}

/**
 * Returns the length of the longest metadata within the limits: three bytes for each UTF-16 unit,
 * and two headers of five bytes for each pair.
 */
function mostBytes({ maxMetadataEntries, maxMetadataChars }: MetadataLimits): number {
  return 5 + 10 * maxMetadataEntries + 3 * maxMetadataChars;
}

function notStrings(): RpcError {
  return malformed("the metadata of a call is not a map of strings to strings");
}

function overLimit({ maxMetadataEntries, maxMetadataChars }: MetadataLimits): RpcError {
  const limits = `maxMetadataEntries = ${maxMetadataEntries}, maxMetadataChars = ${maxMetadataChars}`;
  return new RpcError(
    "resourceExhausted",
    `the metadata of a call is over the limit (${limits}): send data as arguments`,
  );
}
