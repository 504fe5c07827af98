import { type Address, nativeFunction } from "@crosspane/transports/win32";
import { at, pointerBytes, readPointer } from "./native-memory.js";

/**
 * Calls of the methods of COM objects that others implement. Each is called by its place in the
 * table that the object begins with.
 */

const places = {
  addRef: 1,
  release: 2,
  createInstance: 3,
  getIDsOfNames: 5,
  invoke: 6,
} as const;

function method(object: Address, place: number): Address {
  return readPointer(at(readPointer(object), place * pointerBytes));
}

const countReference = nativeFunction<(self: Address) => number>("uint32_t", ["uintptr_t"]);

/** https://learn.microsoft.com/windows/win32/api/unknwn/nf-unknwn-iunknown-addref */
export function addReference(object: Address): void {
  countReference(method(object, places.addRef), object);
}

/** https://learn.microsoft.com/windows/win32/api/unknwn/nf-unknwn-iunknown-release */
export function releaseReference(object: Address): void {
  countReference(method(object, places.release), object);
}

const create = nativeFunction<(self: Address, outer: Address, iid: Address, object: Address) => number>(
  "int",
  ["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"],
);

/** https://learn.microsoft.com/windows/win32/api/unknwn/nf-unknwn-iclassfactory-createinstance */
export function createInstance(
  factory: Address,
  ...args: readonly [outer: Address, iid: Address, object: Address]
): number {
  return create(method(factory, places.createInstance), factory, ...args);
}

const find = nativeFunction<
  (
    self: Address,
    iid: Buffer,
    names: BigUint64Array,
    count: number,
    locale: number,
    ids: Int32Array,
  ) => number
>("int", ["uintptr_t", "void *", "void *", "uint32_t", "uint32_t", "void *"]);

/** https://learn.microsoft.com/windows/win32/api/oaidl/nf-oaidl-idispatch-getidsofnames */
export function getIDsOfNames(
  object: Address,
  ...args: readonly [iid: Buffer, names: BigUint64Array, count: number, locale: number, ids: Int32Array]
): number {
  return find(method(object, places.getIDsOfNames), object, ...args);
}

const call = nativeFunction<
  (
    self: Address,
    id: number,
    iid: Buffer,
    locale: number,
    flags: number,
    params: Buffer,
    result: Address,
    exception: Buffer,
    argument: Uint32Array,
  ) => number
>("int", [
  "uintptr_t",
  "int32_t",
  "void *",
  "uint32_t",
  "uint16_t",
  "void *",
  "uintptr_t",
  "void *",
  "void *",
]);

/** https://learn.microsoft.com/windows/win32/api/oaidl/nf-oaidl-idispatch-invoke */
export function invoke(
  object: Address,
  ...args: readonly [
    id: number,
    iid: Buffer,
    locale: number,
    flags: number,
    params: Buffer,
    result: Address,
    exception: Buffer,
    argument: Uint32Array,
  ]
): number {
  return call(method(object, places.invoke), object, ...args);
}
