import {
  type Address,
  allocate,
  coDisconnectObject,
  nativeCallback,
  release,
} from "@crosspane/transports/win32";
import { guidByteLength, guidText, interfaceIds } from "./guid.js";
import { hresults } from "./hresults.js";
import { cells } from "./messages.js";
import { at, pointerBytes, readBytes, writePointer } from "./native-memory.js";

/** The behavior of a COM object, apart from counting its references. */
export interface ComBehavior {
  /** Identifier of its interface beside `IUnknown`. */
  readonly iid: string;
  /** The addresses of the methods of the interface, after those of `IUnknown`. */
  readonly methods: readonly Address[];
  /** Called when its last reference is gone. */
  released(): void;
}

interface ComObject<B> {
  readonly behavior: B;
  references: number;
}

/**
 * COM objects of this thread. Each is a pointer to the table of its methods, in memory that lasts
 * until its last reference is released.
 */
export class ComObjects<B extends ComBehavior> {
  readonly #objects = new Map<Address, ComObject<B>>();
  readonly #tables = new Map<readonly Address[], Address>();
  readonly #counts: Int32Array;
  readonly #unknown = [
    nativeCallback(
      "int32_t",
      ["uintptr_t", "uintptr_t", "uintptr_t"],
      (self: Address, iid: Address, to: Address) => this.queryInterface(self, iid, to),
    ),
    nativeCallback("uint32_t", ["uintptr_t"], (self: Address) => this.addReference(self)),
    nativeCallback("uint32_t", ["uintptr_t"], (self: Address) => this.release(self)),
  ];

  /** @param counts the cells that count them. */
  constructor(counts: Int32Array) {
    this.#counts = counts;
  }

  /** Makes an object with one reference. */
  create(behavior: B): Address {
    const object = allocate(pointerBytes);
    writePointer(object, this.#table(behavior.methods));
    this.#objects.set(object, { behavior, references: 1 });
    Atomics.add(this.#counts, cells.objects, 1);
    return object;
  }

  behaviorOf(object: Address): B | undefined {
    return this.#objects.get(object)?.behavior;
  }

  addReference(object: Address): number {
    const found = this.#objects.get(object);
    return found === undefined ? 0 : ++found.references;
  }

  /** Gives up a reference; the last one frees the object. */
  release(object: Address): number {
    const found = this.#objects.get(object);
    if (found === undefined) return 0;
    found.references -= 1;
    if (found.references === 0) this.#free(object, found);
    return found.references;
  }

  /** Cuts off the clients of all objects, which release their references. */
  disconnect(): void {
    for (const object of [...this.#objects.keys()]) {
      // It may have been freed with another one.
      if (this.#objects.has(object)) coDisconnectObject(object, 0);
    }
  }

  #free(object: Address, { behavior }: ComObject<B>): void {
    this.#objects.delete(object);
    Atomics.sub(this.#counts, cells.objects, 1);
    release(object);
    behavior.released();
  }

  /** Adds a reference, if the object has the interface. */
  queryInterface(self: Address, iid: Address, to: Address): number {
    const wanted = guidText(readBytes(iid, guidByteLength));
    const found = this.#objects.get(self);
    if (found === undefined || (wanted !== interfaceIds.unknown && wanted !== found.behavior.iid)) {
      writePointer(to, 0 as Address);
      return hresults.noInterface;
    }
    found.references += 1;
    writePointer(to, self);
    return hresults.ok;
  }

  /** Objects of one interface share a table, which lasts as long as the thread. */
  #table(methods: readonly Address[]): Address {
    const known = this.#tables.get(methods);
    if (known !== undefined) return known;
    const all = [...this.#unknown, ...methods];
    const table = allocate(all.length * pointerBytes);
    all.forEach((method, index) => {
      writePointer(at(table, index * pointerBytes), method);
    });
    this.#tables.set(methods, table);
    return table;
  }
}
