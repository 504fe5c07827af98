import {
  type Address,
  allocate,
  pointerTo,
  release,
  sysFreeString,
  variantClear,
} from "@crosspane/transports/win32";
import { getIDsOfNames, invoke } from "./com-interfaces.js";
import { guidByteLength } from "./guid.js";
import { hresults, hresultText, isGone } from "./hresults.js";
import type { LooseValue } from "./loose-value.js";
import { at, pointerAt, writeBytes } from "./native-memory.js";
import { readText, readVariant } from "./read-variant.js";
import { dispatchParams, exceptionInfo, variant } from "./variant-layout.js";

/** Locale of names and texts; scripts ignore it. */
const locale = 0x0409;
const noInterface = Buffer.alloc(guidByteLength);

/** A script failed to answer a call. */
export class ScriptFailure extends Error {
  /** True if the script has ended. */
  readonly isGone: boolean;

  constructor(message: string, isItGone = false) {
    super(message);
    this.name = "ScriptFailure";
    this.isGone = isItGone;
  }
}

/** Returns the number of a member, or undefined if the object has none of that name. */
export function findMember(object: Address, name: string): number | undefined {
  const text = Buffer.from(`${name}\0`, "utf16le");
  const ids = new Int32Array(1);
  const names = BigUint64Array.of(BigInt(pointerTo(text)));
  const result = getIDsOfNames(object, noInterface, names, 1, locale, ids);
  if (result === hresults.ok) return ids[0];
  if (isGone(result)) throw new ScriptFailure(`the script has ended (${hresultText(result)})`, true);
  return undefined;
}

/** A call of an object's member. */
export interface ScriptCall {
  readonly object: Address;
  readonly member: number;
  /** `dispatchFlags`. */
  readonly flags: number;
  /** Each fills the memory of one VARIANT. */
  readonly args: readonly ((to: Address) => void)[];
}

/**
 * Calls an object's member. Everything that the call has made is freed when `use` has returned.
 * @throws {ScriptFailure}
 */
export function callScript<T>({ object, member, flags, args }: ScriptCall, use: (value: LooseValue) => T): T {
  const memory = allocate(variant.bytes * (args.length + 1));
  writeBytes(memory, Buffer.alloc(variant.bytes * (args.length + 1)));
  try {
    // The last argument comes first.
    args.forEach((write, index) => {
      write(at(memory, variant.bytes * (args.length - index)));
    });
    const params = Buffer.alloc(dispatchParams.bytes);
    params.writeBigUInt64LE(BigInt(at(memory, variant.bytes)), dispatchParams.args);
    params.writeUInt32LE(args.length, dispatchParams.argCount);
    const exception = Buffer.alloc(exceptionInfo.bytes);
    const result = invoke(
      object,
      member,
      noInterface,
      locale,
      flags,
      params,
      memory,
      exception,
      new Uint32Array(1),
    );
    const thrown = takeException(exception);
    if (result < 0) throw failureOf(result, thrown);
    return use(readVariant(memory));
  } finally {
    for (let index = 0; index <= args.length; index++) variantClear(at(memory, variant.bytes * index));
    release(memory);
  }
}

function failureOf(result: number, thrown: string): ScriptFailure {
  if (isGone(result)) return new ScriptFailure(`the script has ended (${hresultText(result)})`, true);
  return new ScriptFailure(thrown === "" ? `the script failed with ${hresultText(result)}` : thrown);
}

/** Returns the text of an exception and frees its texts. */
function takeException(exception: Buffer): string {
  const text = readText(pointerAt(exception, exceptionInfo.description));
  for (const field of [exceptionInfo.source, exceptionInfo.description, exceptionInfo.helpFile]) {
    sysFreeString(pointerAt(exception, field));
  }
  return text;
}
