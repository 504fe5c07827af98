import type { Address } from "@crosspane/transports/win32";
import {
  type ContractField,
  type ContractType,
  type ContractTypes,
  type ScriptObject,
  type TypeId,
  typeAt,
} from "./contract-types.js";
import { fitBigint, fitLiteral, fitNumber, fitTypedArray, mismatch } from "./fit-scalar.js";
import { DispatchPointer, FixedPoint, LooseArray, type LooseValue, VariantMismatch } from "./loose-value.js";
import { isServiceObject } from "./map-references.js";
import { callScript, findMember } from "./script-calls.js";
import type { ScriptObjects } from "./script-objects.js";
import { dispatchFlags } from "./variant-layout.js";
import { writeText } from "./write-variant.js";

/** Levels of nesting that a value may have; a script may pass an object that holds itself. */
const maxNesting = 64;

/** Finds the value that an object of this bridge stands for. */
export type OwnValue = (address: Address) => object | undefined;

/**
 * Turns what scripts pass into values of the declared types. Nothing is converted to another type.
 */
export class ValueFitter {
  readonly #contract: ContractTypes;
  readonly #scripts: ScriptObjects;
  readonly #ownValue: OwnValue;
  /** Objects held for the value that is being made. */
  #held: number[] = [];

  constructor(contract: ContractTypes, scripts: ScriptObjects, ownValue: OwnValue) {
    this.#contract = contract;
    this.#scripts = scripts;
    this.#ownValue = ownValue;
  }

  /**
   * Makes several values together. If one of them fails, nothing of a script is held.
   * @throws {VariantMismatch}
   */
  together<T>(make: () => T): T {
    const before = this.#held;
    this.#held = [];
    try {
      return make();
    } catch (thrown) {
      this.#forget(0);
      throw thrown;
    } finally {
      this.#held = before;
    }
  }

  /** @throws {VariantMismatch} */
  fit(value: LooseValue, id: TypeId, level = 0): unknown {
    if (level > maxNesting) throw new VariantMismatch(`more than ${maxNesting} levels of nesting`);
    const type = typeAt(this.#contract, id);
    switch (type.kind) {
      case "union":
        return this.#fitMember(value, type, level);
      case "array":
        return this.#items(value, type, (item) => this.fit(item, type.item, level + 1));
      case "set":
        return new Set(this.#items(value, type, (item) => this.fit(item, type.item, level + 1)));
      case "tuple":
        return this.#items(value, type, (item, index) =>
          this.fit(item, (type.items[index] ?? type.items.at(-1)) as TypeId, level + 1),
        );
      case "map":
        return new Map(
          this.#items(value, type, (pair) => {
            const [key, item, ...more] = this.#items(pair, type, (part, index) =>
              this.fit(part, index === 0 ? type.key : type.value, level + 1),
            );
            if (more.length > 0) throw new VariantMismatch("more than a key and a value");
            return [key, item] as const;
          }),
        );
      case "object":
        return this.#object(value, type.fields, level);
      case "record":
        return this.#record(value, (item) => this.fit(item, type.item, level + 1));
      case "function":
      case "reference":
        return this.#reference(value, type);
      case "unknown":
        return this.#undeclared(value);
      case "bytes":
        if (value instanceof LooseArray && value.bytes !== undefined) return value.bytes;
        return fitTypedArray(
          "Uint8Array",
          this.#items(value, type, (item) => item),
        );
      case "typedArray":
        return fitTypedArray(
          type.label,
          this.#items(value, type, (item) => item),
        );
      default:
        return this.#scalar(value, type);
    }
  }

  #scalar(value: LooseValue, type: ContractType): unknown {
    switch (type.kind) {
      case "void":
      case "undefined":
        if (value === undefined) return undefined;
        break;
      case "null":
        if (value === null) return null;
        break;
      case "string":
      case "boolean":
        if (typeof value === type.kind) return value;
        break;
      case "number":
        return fitNumber(value);
      case "bigint":
        return fitBigint(value);
      case "date":
        return this.#date(value);
      case "oneOf":
        return fitLiteral(value, type);
      default:
    }
    throw mismatch(type.label, value);
  }

  #fitMember(value: LooseValue, type: ContractType & { readonly kind: "union" }, level: number): unknown {
    const mark = this.#held.length;
    for (const member of type.members) {
      try {
        return this.fit(value, member, level + 1);
      } catch (thrown) {
        if (!(thrown instanceof VariantMismatch)) throw thrown;
        this.#forget(mark);
      }
    }
    throw mismatch(type.label, value);
  }

  /** A script's array: a SAFEARRAY, or an object with a length as JScript has it. */
  #items<T>(value: LooseValue, { label }: ContractType, fit: (item: LooseValue, index: number) => T): T[] {
    if (value instanceof LooseArray) return value.items.map(fit);
    if (!(value instanceof DispatchPointer)) throw mismatch(label, value);
    const length = property(value.address, "length", fitNumber);
    if (length === undefined) throw mismatch(label, value);
    return Array.from({ length }, (_, index) => {
      const item = { found: false, fitted: undefined as T | undefined };
      property(value.address, String(index), (found) => {
        item.found = true;
        item.fitted = fit(found, index);
      });
      if (!item.found) throw new VariantMismatch(`an array without item ${index}`);
      return item.fitted as T;
    });
  }

  #object(value: LooseValue, fields: readonly ContractField[], level: number): object {
    if (!(value instanceof DispatchPointer)) throw mismatch("an object", value);
    const own = this.#ownValue(value.address);
    if (own !== undefined && !isServiceObject(own)) return own;
    const made: Record<string, unknown> = {};
    for (const { name, optional, type } of fields) {
      const isFound = property(value.address, name, (item) => {
        if (item === undefined && optional) return true;
        made[name] = this.fit(item, type, level + 1);
        return true;
      });
      if (isFound === undefined && !optional) throw new VariantMismatch(`an object without ${name}`);
    }
    return made;
  }

  /** A dictionary of the scripting runtime, whose names can be listed. */
  #record(value: LooseValue, fit: (item: LooseValue) => unknown): object {
    if (!(value instanceof DispatchPointer)) throw mismatch("a Scripting.Dictionary", value);
    const { address } = value;
    const own = this.#ownValue(address);
    if (own !== undefined && !isServiceObject(own)) return own;
    const item = findMember(address, "Item");
    const keys = findMember(address, "Keys");
    if (item === undefined || keys === undefined) throw mismatch("a Scripting.Dictionary", value);
    const get = { object: address, flags: dispatchFlags.method | dispatchFlags.propertyGet };
    return callScript({ ...get, member: keys, args: [] }, (names) => {
      if (!(names instanceof LooseArray)) throw mismatch("a Scripting.Dictionary", value);
      return Object.fromEntries(
        names.items.map((name) => {
          if (typeof name !== "string") throw mismatch("a name", name);
          return [name, callScript({ ...get, member: item, args: [(to) => writeText(to, name)] }, fit)];
        }),
      );
    });
  }

  #reference(value: LooseValue, type: ContractType): object {
    if (!(value instanceof DispatchPointer)) throw mismatch(type.label, value);
    const own = this.#ownValue(value.address);
    if (own !== undefined && isServiceObject(own)) return own;
    const scriptObject = this.#scripts.hold(value.address);
    this.#held.push(scriptObject);
    return { scriptObject } satisfies ScriptObject;
  }

  #undeclared(value: LooseValue): unknown {
    if (value instanceof FixedPoint) return value.toNumber();
    if (value instanceof LooseArray) return value.items.map((item) => this.#undeclared(item));
    if (!(value instanceof DispatchPointer)) return value;
    const own = this.#ownValue(value.address);
    if (own === undefined || isServiceObject(own)) throw mismatch("data", value);
    return own;
  }

  /** A date, or JScript's object for one. */
  #date(value: LooseValue): Date {
    if (value instanceof Date) return value;
    const member = value instanceof DispatchPointer ? findMember(value.address, "getVarDate") : undefined;
    if (member === undefined) throw mismatch("Date", value);
    const { address } = value as DispatchPointer;
    return callScript({ object: address, member, flags: dispatchFlags.method, args: [] }, (date) => {
      if (!(date instanceof Date)) throw mismatch("Date", date);
      return date;
    });
  }

  #forget(mark: number): void {
    for (const held of this.#held.splice(mark)) this.#scripts.release(held);
  }
}

/**
 * Reads a property.
 * @returns undefined if the object has none of that name.
 */
function property<T>(object: Address, name: string, use: (value: LooseValue) => T): T | undefined {
  const member = findMember(object, name);
  if (member === undefined) return undefined;
  return callScript({ object, member, flags: dispatchFlags.propertyGet, args: [] }, use);
}
