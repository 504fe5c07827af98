import {
  type Address,
  nullAddress,
  safeArrayAccessData,
  safeArrayCreateVector,
  safeArrayDestroy,
  safeArrayUnaccessData,
  sysAllocStringLen,
} from "@crosspane/transports/win32";
import { type ContractTypes, type TypeId, typeAt } from "./contract-types.js";
import { assertOk } from "./hresults.js";
import { at, pointerAt, pointerBytes, writeBytes } from "./native-memory.js";
import { toOleDate } from "./ole-date.js";
import { memberFor } from "./union-member.js";
import { decimal, typedArrayItems, variant, vt } from "./variant-layout.js";

/** Makes the COM objects that stand for values which a VARIANT cannot hold itself. */
export interface ObjectMaker {
  /** Returns an object for a function or an object of a service, which its receiver owns. */
  forReference(value: unknown, type: TypeId): Address;
  /** Returns an object with a property for each entry, which its receiver owns. */
  forRecord(value: object, type: TypeId | undefined): Address;
}

/** Writes values as their declared types say. */
export class VariantWriter {
  readonly #contract: ContractTypes;
  readonly #objects: ObjectMaker;

  constructor(contract: ContractTypes, objects: ObjectMaker) {
    this.#contract = contract;
    this.#objects = objects;
  }

  /**
   * Fills the memory of a VARIANT, whose earlier content is not freed.
   * @param id the declared type; undefined for one that is not known.
   * @throws {RangeError} for a bigint that no VARIANT can hold.
   */
  write(to: Address, value: unknown, id: TypeId | undefined): void {
    const bytes = Buffer.alloc(variant.bytes);
    this.#fill(bytes, value, id);
    writeBytes(to, bytes);
  }

  /** Fills the memory of a VARIANT with an object, whose reference passes to it. */
  writeObject(to: Address, object: Address): void {
    const bytes = Buffer.alloc(variant.bytes);
    putPointer(bytes, vt.dispatch, object);
    writeBytes(to, bytes);
  }

  #fill(bytes: Buffer, value: unknown, id: TypeId | undefined): void {
    const type = id === undefined ? undefined : typeAt(this.#contract, id);
    if (value === undefined || value === null) return this.#fillEmpty(bytes, value, id);
    switch (type?.kind) {
      case "union":
        return this.#fill(bytes, value, memberFor(this.#contract, type.members, value));
      case "function":
      case "reference":
        return putPointer(bytes, vt.dispatch, this.#objects.forReference(value, id as TypeId));
      case "object":
      case "record":
        return putPointer(bytes, vt.dispatch, this.#objects.forRecord(value as object, id));
      case "array":
        return this.#fillArray(bytes, value as readonly unknown[], () => type.item);
      case "set":
        return this.#fillArray(bytes, [...(value as ReadonlySet<unknown>)], () => type.item);
      case "tuple":
        return this.#fillArray(
          bytes,
          value as readonly unknown[],
          (index) => type.items[index] ?? type.items.at(-1),
        );
      case "map":
        return this.#fillMap(bytes, value as ReadonlyMap<unknown, unknown>, type);
      default:
        return this.#fillUndeclared(bytes, value);
    }
  }

  /** An object that is missing is `Nothing`, so that a script can `Set` it. */
  #fillEmpty(bytes: Buffer, value: undefined | null, id: TypeId | undefined): void {
    if (id !== undefined && this.#isObject(id)) return putPointer(bytes, vt.dispatch, nullAddress);
    bytes.writeUInt16LE(value === null ? vt.null : vt.empty);
  }

  #isObject(id: TypeId): boolean {
    const type = typeAt(this.#contract, id);
    if (type.kind === "union") return type.members.some((member) => this.#isObject(member));
    return ["object", "record", "function", "reference"].includes(type.kind);
  }

  #fillUndeclared(bytes: Buffer, value: NonNullable<unknown>): void {
    if (ArrayBuffer.isView(value)) return fillTypedArray(bytes, value);
    if (Array.isArray(value)) return this.#fillArray(bytes, value, () => undefined);
    if (value instanceof Set) return this.#fillArray(bytes, [...value], () => undefined);
    if (value instanceof Map) return this.#fillMap(bytes, value, {});
    if (typeof value === "object" && !(value instanceof Date)) {
      return putPointer(bytes, vt.dispatch, this.#objects.forRecord(value, undefined));
    }
    fillScalar(bytes, value as Scalar);
  }

  /** A map is an array of arrays of a key and its value. */
  #fillMap(
    bytes: Buffer,
    value: ReadonlyMap<unknown, unknown>,
    types: { readonly key?: TypeId; readonly value?: TypeId },
  ): void {
    const array = this.#array(
      [...value].map((pair) => (to: Address) => {
        const inner = Buffer.alloc(variant.bytes);
        this.#fillArray(inner, pair, (index) => (index === 0 ? types.key : types.value));
        writeBytes(to, inner);
      }),
    );
    putPointer(bytes, vt.array | vt.variant, array);
  }

  #fillArray(bytes: Buffer, items: readonly unknown[], typeOf: (index: number) => TypeId | undefined): void {
    const array = this.#array(
      items.map((item, index) => (to: Address) => this.write(to, item, typeOf(index))),
    );
    putPointer(bytes, vt.array | vt.variant, array);
  }

  /** Makes an array of VARIANTs, which is freed with all that it holds if an item fails. */
  #array(items: readonly ((to: Address) => void)[]): Address {
    const array = createArray(vt.variant, items.length);
    try {
      withItems(array, (first) => {
        items.forEach((write, index) => {
          write(at(first, index * variant.bytes));
        });
      });
      return array;
    } catch (thrown) {
      safeArrayDestroy(array);
      throw thrown;
    }
  }
}

type Scalar = string | number | boolean | bigint | Date;

function fillScalar(bytes: Buffer, value: Scalar): void {
  switch (typeof value) {
    case "string":
      return putPointer(bytes, vt.bstr, allocateText(value));
    case "boolean":
      bytes.writeUInt16LE(vt.bool);
      bytes.writeInt16LE(value ? -1 : 0, variant.data);
      return;
    case "number":
      return fillNumber(bytes, value);
    case "bigint":
      return fillBigint(bytes, value);
    default:
      bytes.writeUInt16LE(vt.date);
      bytes.writeDoubleLE(toOleDate(value), variant.data);
  }
}

/** Scripts know 32-bit integers and doubles. */
function fillNumber(bytes: Buffer, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    bytes.writeUInt16LE(vt.i4);
    bytes.writeInt32LE(value, variant.data);
  } else {
    bytes.writeUInt16LE(vt.r8);
    bytes.writeDoubleLE(value, variant.data);
  }
}

function fillBigint(bytes: Buffer, value: bigint): void {
  if (BigInt.asIntN(32, value) === value) return fillNumber(bytes, Number(value));
  if (BigInt.asIntN(64, value) === value) {
    bytes.writeUInt16LE(vt.i8);
    bytes.writeBigInt64LE(value, variant.data);
    return;
  }
  const size = value < 0n ? -value : value;
  if (BigInt.asUintN(96, size) !== size) {
    throw new RangeError(`a bigint of more than 96 bits does not fit into a VARIANT: ${value}`);
  }
  bytes.writeUInt16LE(vt.decimal);
  bytes.writeUInt8(value < 0n ? decimal.negative : 0, decimal.sign);
  bytes.writeUInt32LE(Number(size >> 64n), decimal.high);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, size), decimal.low);
}

function fillTypedArray(bytes: Buffer, view: ArrayBufferView): void {
  const type = typedArrayItems[view.constructor.name] ?? vt.ui1;
  const content = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const itemBytes = (view as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const array = createArray(type, view.byteLength / itemBytes);
  withItems(array, (first) => writeBytes(first, content));
  putPointer(bytes, vt.array | type, array);
}

function createArray(type: number, items: number): Address {
  const array = safeArrayCreateVector(type, 0, items);
  if (array === nullAddress) throw new RangeError(`there is no memory for an array of ${items} items`);
  return array;
}

function withItems(array: Address, run: (first: Address) => void): void {
  const place = new BigUint64Array(1);
  assertOk("SafeArrayAccessData", safeArrayAccessData(array, place));
  try {
    run(pointerAt(Buffer.from(place.buffer, 0, pointerBytes), 0));
  } finally {
    safeArrayUnaccessData(array);
  }
}

/** Fills the memory of a VARIANT with a text. */
export function writeText(to: Address, text: string): void {
  const bytes = Buffer.alloc(variant.bytes);
  putPointer(bytes, vt.bstr, allocateText(text));
  writeBytes(to, bytes);
}

/** Returns a BSTR, which its receiver frees. */
export function allocateText(text: string): Address {
  const address = sysAllocStringLen(Buffer.from(text, "utf16le"), text.length);
  if (address === nullAddress) throw new RangeError(`there is no memory for a text of ${text.length} units`);
  return address;
}

function putPointer(bytes: Buffer, type: number, pointer: Address): void {
  bytes.writeUInt16LE(type);
  bytes.writeBigUInt64LE(BigInt(pointer), variant.data);
}
