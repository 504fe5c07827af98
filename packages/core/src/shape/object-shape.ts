import { isOwnPlainObject, isPlainObject, isPromise } from "../runtime/brands.js";
import { categoryOf, type WireCategory } from "./categories.js";
import type { Conversion, Direction, Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

/** A property of an object type. `optional()` of the stub runtime makes optional ones. */
export interface Field {
  readonly shape: Shape;
  readonly optional: boolean;
}

/** A property with its name. */
export interface NamedField extends Field {
  readonly name: string;
  /** True if `Object.prototype` has a member of this name: then only an own property counts. */
  readonly inherited: boolean;
}

/**
 * An interface or object type: a map from property names. Undeclared properties do not travel, so a
 * row with more columns than its type has does not leak them. A class instance is read through its
 * getters.
 */
export class ObjectShape implements Shape {
  readonly kind = "object";
  readonly label: string;
  readonly sends = ["object"] as const;
  readonly receives = ["object"] as const;
  readonly fields: readonly NamedField[];

  constructor(label: string, fields: { readonly [name: string]: Shape | Field }) {
    this.label = label;
    this.fields = Object.entries(fields).map(([name, entry]) => ({
      name,
      inherited: name in Object.prototype,
      shape: "shape" in entry ? entry.shape : entry,
      optional: "shape" in entry && entry.optional,
    }));
  }

  convert(value: unknown, conversion: Conversion): unknown {
    if (categoryOf(value) !== "object") throw new ShapeMismatch(this.label, kindOf(value));
    const plain = isOwnPlainObject(value as object);
    const { direction } = conversion;
    if (!plain && direction === "send" && isPromise(value))
      throw new ShapeMismatch(this.label, kindOf(value));
    conversion.enterLevel();
    conversion.spendInGuess(this.fields.length, this.label);
    const source = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined = plain ? undefined : {};
    let present = 0;
    for (const field of this.fields) {
      const original = readField(source, field);
      if (original === undefined) {
        if (field.optional) continue;
        if (!has(source, field)) {
          if (accepts(field.shape, "undefined", direction)) continue;
          throw ShapeMismatch.within(new ShapeMismatch(field.shape.label, "nothing"), field.name);
        }
      }
      const converted = convertField(field, original, conversion);
      if (copy !== undefined) copy[field.name] = converted;
      else if (converted !== original) {
        copy = this.#copy(source, field);
        copy[field.name] = converted;
      }
      present++;
    }
    conversion.leaveLevel();
    if (copy !== undefined) return copy;
    return countKeys(source) === present ? source : this.#copy(source);
  }

  get parts(): readonly Shape[] {
    return this.fields.map(({ shape }) => shape);
  }

  /**
   * Returns how well a value fits, without looking into its properties: the number of declared
   * properties that it has, or -1 if one is missing or of another category.
   * @param label the union that asks, for the error of a value that takes too many steps.
   */
  fit(value: object, conversion: Conversion, label: string): number {
    const { direction } = conversion;
    let looked = 1;
    let present = 0;
    for (const field of this.fields) {
      looked++;
      const item = readField(value as Record<string, unknown>, field);
      if (item === undefined && (field.optional || accepts(field.shape, "undefined", direction))) continue;
      if (!accepts(field.shape, categoryOf(item), direction)) {
        present = -1;
        break;
      }
      present++;
    }
    conversion.spendSteps(looked, label);
    return present;
  }

  /** Copies the fields before `end`, which needed no conversion, or all fields without `end`. */
  #copy(source: Record<string, unknown>, end?: NamedField): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const field of this.fields) {
      if (field === end) break;
      const item = readField(source, field);
      if (item !== undefined || (!field.optional && has(source, field))) copy[field.name] = item;
    }
    return copy;
  }
}

/** `Record<string, V>` or an index signature. */
export class RecordShape implements Shape {
  readonly kind = "record";
  readonly label = "record";
  readonly sends = ["object"] as const;
  readonly receives = ["object"] as const;
  readonly #value: Shape;

  constructor(value: Shape) {
    this.#value = value;
  }

  get parts(): readonly Shape[] {
    return [this.#value];
  }

  convert(value: unknown, conversion: Conversion): unknown {
    if (typeof value !== "object" || value === null || !isPlainObject(value)) {
      throw new ShapeMismatch("record", kindOf(value));
    }
    conversion.enterLevel();
    const source = value as Record<string, unknown>;
    const names = Object.keys(source);
    conversion.spendInGuess(names.length, this.label);
    // The codec does not recognize a plain object of another realm.
    let copy: Record<string, unknown> | undefined = isOwnPlainObject(value) ? undefined : {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (name === "__proto__")
        throw ShapeMismatch.within(new ShapeMismatch("another name", "__proto__"), { key: name });
      if (conversion.direction === "send" && !name.isWellFormed())
        throw new ShapeMismatch("well-formed property names", "a lone surrogate");
      const item = source[name];
      let converted: unknown;
      try {
        converted = this.#value.convert(item, conversion);
      } catch (thrown) {
        throw ShapeMismatch.within(thrown, { key: name });
      }
      if (copy !== undefined) copy[name] = converted;
      else if (converted !== item) {
        copy = {};
        for (const before of names.slice(0, i)) copy[before] = source[before];
        copy[name] = converted;
      }
    }
    conversion.leaveLevel();
    return copy ?? source;
  }
}

function convertField(field: NamedField, value: unknown, conversion: Conversion): unknown {
  try {
    return field.shape.convert(value, conversion);
  } catch (thrown) {
    throw ShapeMismatch.within(thrown, field.name);
  }
}

/** Returns a field's value. Members that every object inherits do not count. */
export function readField(source: Record<string, unknown>, field: NamedField): unknown {
  return field.inherited && !Object.hasOwn(source, field.name) ? undefined : source[field.name];
}

function has(source: object, { name, inherited }: NamedField): boolean {
  return inherited ? Object.hasOwn(source, name) : name in source;
}

function accepts(shape: Shape, category: WireCategory, direction: Direction): boolean {
  return (direction === "send" ? shape.sends : shape.receives)?.includes(category) ?? true;
}

function countKeys(value: object): number {
  let count = 0;
  for (const _ in value) count++;
  return count;
}
