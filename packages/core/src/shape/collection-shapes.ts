import { isMap, isSet } from "../runtime/brands.js";
import { spendInGuess } from "./conversion.js";
import { enterLevel } from "./enter-level.js";
import type { Exchange, Shape } from "./shape.js";
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

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    if (!Array.isArray(value)) throw new ShapeMismatch("array", kindOf(value));
    spendInGuess(value.length, this.label);
    return convertItems(value, () => this.#item, sending, enterLevel(levelsLeft), exchange);
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

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    if (!Array.isArray(value)) throw new ShapeMismatch(this.label, kindOf(value));
    if (value.length < this.required || (this.rest === undefined && value.length > this.items.length)) {
      throw new ShapeMismatch(this.label, `${value.length} items`);
    }
    return convertItems(
      value,
      (index) => this.#shapeAt(index, value[index]),
      sending,
      enterLevel(levelsLeft),
      exchange,
    );
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

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    const inner = enterLevel(enterLevel(levelsLeft));
    if (sending) {
      if (!isMap(value)) throw new ShapeMismatch("Map", kindOf(value));
      spendInGuess(value.size, this.label);
      const pairs: unknown[] = [];
      for (const [key, item] of value)
        pairs.push(this.#pair(pairs.length, key, item, { sending, levelsLeft: inner, exchange }));
      return pairs;
    }
    if (!Array.isArray(value)) throw new ShapeMismatch("Map", kindOf(value));
    spendInGuess(value.length, this.label);
    const map = new Map<unknown, unknown>();
    for (let i = 0; i < value.length; i++) {
      const pair: unknown = value[i];
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw ShapeMismatch.within(new ShapeMismatch("[key, value]", kindOf(pair)), i);
      }
      const [key, item] = this.#pair(i, pair[0], pair[1], { sending, levelsLeft: inner, exchange });
      map.set(key, item);
    }
    return map;
  }

  #pair(
    index: number,
    key: unknown,
    item: unknown,
    how: { readonly sending: boolean; readonly levelsLeft: number; readonly exchange: Exchange | undefined },
  ): [unknown, unknown] {
    let part = "key";
    try {
      const convertedKey = this.#key.convert(key, how.sending, how.levelsLeft, how.exchange);
      part = "value";
      return [convertedKey, this.#value.convert(item, how.sending, how.levelsLeft, how.exchange)];
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

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    const inner = enterLevel(levelsLeft);
    const shapeOf = () => this.#item;
    if (sending) {
      if (!isSet(value)) throw new ShapeMismatch("Set", kindOf(value));
      spendInGuess(value.size, this.label);
      return convertItems([...value], shapeOf, sending, inner, exchange);
    }
    if (!Array.isArray(value)) throw new ShapeMismatch("Set", kindOf(value));
    spendInGuess(value.length, this.label);
    return new Set(convertItems(value, shapeOf, sending, inner, exchange));
  }
}

/**
 * Converts each item. An item without a shape passes unchanged. Nothing is copied before the first
 * item that changes.
 */
function convertItems(
  items: readonly unknown[],
  shapeAt: (index: number) => Shape | undefined,
  sending: boolean,
  levelsLeft: number,
  exchange: Exchange | undefined,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  let index = 0;
  try {
    for (; index < items.length; index++) {
      const item = items[index];
      if (item === undefined && !(index in items)) throw new ShapeMismatch("an item", "a hole in the array");
      const shape = shapeAt(index);
      const converted = shape === undefined ? item : shape.convert(item, sending, levelsLeft, exchange);
      if (copy !== undefined) copy.push(converted);
      else if (converted !== item) {
        copy = items.slice(0, index);
        copy.push(converted);
      }
    }
  } catch (thrown) {
    throw ShapeMismatch.within(thrown, index);
  }
  return copy ?? items;
}
