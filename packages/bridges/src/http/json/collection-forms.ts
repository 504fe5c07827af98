import type { NamedField } from "@crosspane/core/bridge";
import type { JsonForm } from "./json-form.js";
import { jsonKindOf } from "./json-form.js";
import { at, JsonMismatch, kindOf } from "./json-mismatch.js";
import type { JsonWalk } from "./json-walk.js";

/** `T[]`: an array. */
export function arrayForm(item: JsonForm): JsonForm {
  return {
    kinds: ["array"],
    read: (json, walk) => mapItems(json, walk, (each) => item.read(each, walk)),
    write: (value, walk) => mapItems(value, walk, (each) => item.write(each, walk)),
  };
}

/** `Set<T>`: an array. */
export function setForm(item: JsonForm): JsonForm {
  return {
    kinds: ["array"],
    mark: "$set",
    read: (json, walk) => new Set(mapItems(json, walk, (each) => item.read(each, walk))),
    write(value, walk) {
      if (!(value instanceof Set)) throw new JsonMismatch("Set", kindOf(value));
      return mapItems([...value], walk, (each) => item.write(each, walk));
    },
  };
}

/** `Map<K, V>`: an array of `[key, value]` pairs. */
export function mapForm(key: JsonForm, value: JsonForm): JsonForm {
  const pair = tupleForm([key, value], 2, undefined);
  return {
    kinds: ["array"],
    mark: "$map",
    read(json, walk) {
      const pairs = mapItems(json, walk, (each) => pair.read(each, walk));
      return new Map(pairs as [unknown, unknown][]);
    },
    write(map, walk) {
      if (!(map instanceof Map)) throw new JsonMismatch("Map", kindOf(map));
      return mapItems([...map], walk, (each) => pair.write(each, walk));
    },
  };
}

/** A tuple: an array. */
export function tupleForm(
  items: readonly JsonForm[],
  required: number,
  rest: JsonForm | undefined,
): JsonForm {
  const most = rest === undefined ? items.length : Number.POSITIVE_INFINITY;
  const convert = (tuple: unknown, walk: JsonWalk, part: "read" | "write") => {
    if (Array.isArray(tuple) && (tuple.length < required || tuple.length > most)) {
      const expected = required === most ? `${most}` : `${required} to ${rest === undefined ? most : "any"}`;
      throw new JsonMismatch(`a tuple of ${expected} items`, `${tuple.length} items`);
    }
    return mapItems(tuple, walk, (each, index) => {
      // An optional item before a later one is null in JSON.
      if (index >= required && index < items.length && (each === undefined || each === null)) {
        return part === "read" ? undefined : null;
      }
      return (items[index] ?? (rest as JsonForm))[part](each, walk);
    });
  };
  return {
    kinds: ["array"],
    read: (json, walk) => convert(json, walk, "read"),
    write: (value, walk) => convert(value, walk, "write"),
  };
}

/** `Record<string, V>`: an object. */
export function recordForm(value: JsonForm): JsonForm {
  const convert = (record: unknown, walk: JsonWalk, part: "read" | "write") => {
    // A Map or a Date has no properties to lose, and would silently become an empty object.
    if (kindOf(record) !== "object") throw new JsonMismatch("record", kindOf(record));
    return walk.inner(() => {
      const entries = Object.entries(record as object);
      walk.spend(entries.length);
      // Object.fromEntries defines `__proto__` as a property like any other.
      return Object.fromEntries(
        entries.map(([name, each]) => [name, at(name, () => value[part](each, walk))]),
      );
    });
  };
  return {
    kinds: ["object"],
    read: (json, walk) => convert(json, walk, "read"),
    write: (record, walk) => convert(record, walk, "write"),
  };
}

/** A property of an object type, with its form. */
export interface FormField extends Pick<NamedField, "name" | "optional"> {
  readonly form: JsonForm;
  /** True if the type includes `undefined`, so that the property may be left out. */
  readonly mayBeUndefined: boolean;
}

/** An interface or object type: an object with the declared properties. */
export function objectForm(label: string, fieldsOf: () => readonly FormField[]): JsonForm {
  const convert = (object: unknown, walk: JsonWalk, part: "read" | "write") => {
    if (kindOf(object) !== "object") throw new JsonMismatch(label, kindOf(object));
    const source = object as Readonly<Record<string, unknown>>;
    return walk.inner(() => {
      const fields = fieldsOf();
      walk.spend(fields.length);
      const result: Record<string, unknown> = {};
      for (const { name, optional, mayBeUndefined, form } of fields) {
        const value = Object.hasOwn(source, name) ? source[name] : undefined;
        if (value === undefined && (optional || mayBeUndefined)) continue;
        if (value === undefined) throw JsonMismatch.within(new JsonMismatch("a value", "nothing"), name);
        result[name] = at(name, () => form[part](value, walk));
      }
      return result;
    });
  };
  return {
    kinds: ["object"],
    read: (json, walk) => convert(json, walk, "read"),
    write: (value, walk) => convert(value, walk, "write"),
    fit(value, json) {
      let present = 0;
      for (const { name, optional, mayBeUndefined, form } of fieldsOf()) {
        const part = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
        if (part === undefined) {
          if (!optional && !mayBeUndefined) return -1;
          continue;
        }
        if (json && form.kinds !== undefined && !form.kinds.includes(jsonKindOf(part))) return -1;
        if (form.literals !== undefined && !form.literals.has(part)) return -1;
        present++;
      }
      return present;
    },
  };
}

function mapItems(
  items: unknown,
  walk: JsonWalk,
  convert: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  if (!Array.isArray(items)) throw new JsonMismatch("array", kindOf(items));
  return walk.inner(() => {
    walk.spend(items.length);
    return items.map((item: unknown, index) => at(index, () => convert(item, index)));
  });
}
