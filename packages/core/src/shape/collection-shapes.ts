import { isMap, isSet } from "../runtime/brands.js";
import type { Conversion, Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

/** `T[]`. */
export class ArrayShape implements Shape {
  readonly kind = "array";
  readonly sends = ["array"] as const;
  readonly receives = ["array"] as const;
  readonly #item: Shape;

  constructor(item: Shape) {
    this.#item = item;
  }

  get label(): string {
    return "array";
  }

  get parts(): readonly Shape[] {
    return [this.#item];
  }

  convert(value: unknown, conversion: Conversion): unknown {
    if (!Array.isArray(value)) throw new ShapeMismatch("array", kindOf(value));
    conversion.spendInGuess(value.length, this.label);
    return convertItems(value, () => this.#item, conversion);
  }
}

/** A tuple: required items, then optional ones, then a rest of one type. */
export class TupleShape implements Shape {
  readonly kind = "tuple";
  readonly sends = ["array"] as const;
  readonly receives = ["array"] as const;
  readonly items: readonly Shape[];
  /** Number of items that must be present. */
  readonly required: number;
  /** Shape of further items. */
  readonly rest: Shape | undefined;

  constructor(items: readonly Shape[], options: { readonly optional?: number; readonly rest?: Shape } = {}) {
    this.items = items;
    this.required = items.length - (options.optional ?? 0);
    this.rest = options.rest;
  }

  get parts(): readonly Shape[] {
    return this.rest === undefined ? this.items : [...this.items, this.rest];
  }

  get label(): string {
    const most = this.rest === undefined ? this.items.length : Number.POSITIVE_INFINITY;
    if (most === this.required) return `tuple of ${most}`;
    return most === Number.POSITIVE_INFINITY
      ? `tuple of at least ${this.required}`
      : `tuple of ${this.required} to ${most}`;
  }

  convert(value: unknown, conversion: Conversion): unknown {
    if (!Array.isArray(value)) throw new ShapeMismatch(this.label, kindOf(value));
    if (value.length < this.required || (this.rest === undefined && value.length > this.items.length)) {
      throw new ShapeMismatch(this.label, `${value.length} items`);
    }
    return convertItems(value, (index) => this.#shapeAt(index, value[index]), conversion);
  }

  #shapeAt(index: number, value: unknown): Shape | undefined {
    if (value === undefined && index >= this.required && index < this.items.length) return undefined;
    return this.items[index] ?? this.rest;
  }
}

/** `Map<K, V>`: an array of `[key, value]` pairs. */
export class MapShape implements Shape {
  readonly kind = "map";
  readonly label = "Map";
  readonly sends = ["map"] as const;
  readonly receives = ["array"] as const;
  readonly #key: Shape;
  readonly #value: Shape;

  constructor(key: Shape, value: Shape) {
    this.#key = key;
    this.#value = value;
  }

  get parts(): readonly Shape[] {
    return [this.#key, this.#value];
  }

  convert(value: unknown, conversion: Conversion): unknown {
    conversion.enterLevel(2);
    const converted =
      conversion.direction === "send" ? this.#toPairs(value, conversion) : this.#toMap(value, conversion);
    conversion.leaveLevel(2);
    return converted;
  }

  #toPairs(value: unknown, conversion: Conversion): unknown[] {
    if (!isMap(value)) throw new ShapeMismatch("Map", kindOf(value));
    conversion.spendInGuess(value.size, this.label);
    const pairs: unknown[] = [];
    for (const pair of value) pairs.push(this.#pair(pair, pairs.length, conversion));
    return pairs;
  }

  #toMap(value: unknown, conversion: Conversion): Map<unknown, unknown> {
    if (!Array.isArray(value)) throw new ShapeMismatch("Map", kindOf(value));
    conversion.spendInGuess(value.length, this.label);
    const map = new Map<unknown, unknown>();
    for (let i = 0; i < value.length; i++) {
      const pair: unknown = value[i];
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw ShapeMismatch.within(new ShapeMismatch("[key, value]", kindOf(pair)), i);
      }
      const [key, item] = this.#pair(pair as [unknown, unknown], i, conversion);
      map.set(key, item);
    }
    return map;
  }

  #pair(
    pair: readonly [unknown, unknown],
    index: number,
    conversion: Conversion,
  ): readonly [unknown, unknown] {
    let part = "key";
    try {
      const convertedKey = this.#key.convert(pair[0], conversion);
      part = "value";
      return [convertedKey, this.#value.convert(pair[1], conversion)];
    } catch (thrown) {
      throw ShapeMismatch.within(ShapeMismatch.within(thrown, part), index);
    }
  }
}

/** `Set<T>`: an array. */
export class SetShape implements Shape {
  readonly kind = "set";
  readonly label = "Set";
  readonly sends = ["set"] as const;
  readonly receives = ["array"] as const;
  readonly #item: Shape;

  constructor(item: Shape) {
    this.#item = item;
  }

  get parts(): readonly Shape[] {
    return [this.#item];
  }

  convert(value: unknown, conversion: Conversion): unknown {
    const shapeOf = () => this.#item;
    if (conversion.direction === "send") {
      if (!isSet(value)) throw new ShapeMismatch("Set", kindOf(value));
      conversion.spendInGuess(value.size, this.label);
      return convertItems([...value], shapeOf, conversion);
    }
    if (!Array.isArray(value)) throw new ShapeMismatch("Set", kindOf(value));
    conversion.spendInGuess(value.length, this.label);
    return new Set(convertItems(value, shapeOf, conversion));
  }
}

/**
 * Converts each item. An item without a shape passes unchanged. Nothing is copied before the first
 * item that changes.
 */
function convertItems(
  items: readonly unknown[],
  shapeAt: (index: number) => Shape | undefined,
  conversion: Conversion,
): readonly unknown[] {
  conversion.enterLevel();
  let copy: unknown[] | undefined;
  let index = 0;
  try {
    for (; index < items.length; index++) {
      const item = items[index];
      if (item === undefined && !(index in items)) throw new ShapeMismatch("an item", "a hole in the array");
      const shape = shapeAt(index);
      const converted = shape === undefined ? item : shape.convert(item, conversion);
      if (copy !== undefined) copy.push(converted);
      else if (converted !== item) {
        copy = items.slice(0, index);
        copy.push(converted);
      }
    }
  } catch (thrown) {
    throw ShapeMismatch.within(thrown, index);
  }
  conversion.leaveLevel();
  return copy ?? items;
}
