import { enterLevel } from "./enter-level.js";
import type { Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

/** A property of an object type; `optional()` of the stub runtime makes the ones that may be missing. */
export interface Field {
  readonly shape: Shape;
  readonly optional: boolean;
}

interface NamedField extends Field {
  readonly name: string;
  /** `Object.prototype` has a member of this name: only an own property counts. */
  readonly inherited: boolean;
}

/**
 * An interface or object type: a map from property names. What is not declared does not travel, so that a row with more
 * columns than its type says gives nothing away; a class instance is read through its getters.
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

  convert(value: unknown, sending: boolean, levelsLeft: number): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ShapeMismatch(this.label, kindOf(value));
    }
    const inner = enterLevel(levelsLeft);
    const plain = isPlainObject(value);
    const source = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined = plain ? undefined : {};
    let present = 0;
    for (const field of this.fields) {
      const original = field.inherited && !Object.hasOwn(source, field.name) ? undefined : source[field.name];
      if (original === undefined && (field.optional || !(field.name in source))) {
        if (field.optional) continue;
        if (!acceptsUndefined(field.shape)) {
          throw ShapeMismatch.within(new ShapeMismatch(field.shape.label, "nothing"), field.name);
        }
      }
      const converted = convertField(field, original, sending, inner);
      if (copy !== undefined) copy[field.name] = converted;
      else if (converted !== original) {
        copy = this.#firstOf(source, field);
        copy[field.name] = converted;
      }
      present++;
    }
    if (copy !== undefined) return copy;
    return countKeys(source) === present ? source : this.#only(source);
  }

  /** The fields before `end`, which needed no conversion. */
  #firstOf(source: Record<string, unknown>, end: NamedField): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const field of this.fields) {
      if (field === end) break;
      if (source[field.name] !== undefined || !field.optional) copy[field.name] = source[field.name];
    }
    return copy;
  }

  #only(source: Record<string, unknown>): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const { name, optional, inherited } of this.fields) {
      const item = inherited && !Object.hasOwn(source, name) ? undefined : source[name];
      if (item !== undefined || !optional) copy[name] = item;
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

  convert(value: unknown, sending: boolean, levelsLeft: number): unknown {
    if (typeof value !== "object" || value === null || !isPlainObject(value)) {
      throw new ShapeMismatch("record", kindOf(value));
    }
    const inner = enterLevel(levelsLeft);
    const copy: Record<string, unknown> = {};
    let changed = false;
    for (const [name, item] of Object.entries(value)) {
      if (name === "__proto__")
        throw ShapeMismatch.within(new ShapeMismatch("another name", "__proto__"), name);
      if (sending && !name.isWellFormed())
        throw new ShapeMismatch("well-formed property names", "a lone surrogate");
      const converted = convertField({ name, shape: this.#value }, item, sending, inner);
      if (converted !== item) changed = true;
      copy[name] = converted;
    }
    return changed ? copy : value;
  }
}

/** True for `{}` and `Object.create(null)`: not a class instance, whose state may hide behind getters. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function convertField(
  field: { readonly name: string; readonly shape: Shape },
  value: unknown,
  sending: boolean,
  levelsLeft: number,
): unknown {
  try {
    return field.shape.convert(value, sending, levelsLeft);
  } catch (thrown) {
    throw ShapeMismatch.within(thrown, field.name);
  }
}

function acceptsUndefined(shape: Shape): boolean {
  try {
    shape.convert(undefined, true, 1);
    return true;
  } catch {
    return false;
  }
}

function countKeys(value: object): number {
  let count = 0;
  for (const _ in value) count++;
  return count;
}
