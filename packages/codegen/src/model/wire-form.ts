import { createTypeKey, unionLeaves } from "./type-key.js";
import type { FieldModel, LiteralValue, ObjectNode, TypeNode, TypeTable } from "./type-node.js";
import { resolveType } from "./walk.js";

/** What a value looks like on the wire, before anyone knows its type. */
export type WireForm =
  | "any"
  | "array"
  | "binary"
  | "boolean"
  | "date"
  | "map"
  | "null"
  | "number"
  | "string"
  | "undefined";

/** The form of a type that is no union. */
export function wireForm(type: TypeNode, table: TypeTable): WireForm {
  const resolved = resolveType(type, table);
  switch (resolved.kind) {
    case "primitive":
      switch (resolved.name) {
        case "bigint":
          return "number";
        case "bytes":
          return "binary";
        case "void":
          return "undefined";
        case "unknown":
          return "any";
        default:
          return resolved.name;
      }
    case "literal":
      return typeof resolved.value === "bigint"
        ? "number"
        : (typeof resolved.value as "string" | "number" | "boolean");
    case "typed-array":
      return "binary";
    case "array":
    case "tuple":
    case "set":
    case "map":
      return "array";
    case "object":
    case "record":
      return "map";
    case "stream":
    case "function":
    case "service":
    case "subscription":
      // Its place in the list of what the message refers to.
      return "number";
    case "signal":
      return "null";
    case "one-of":
    case "union":
    case "unsupported":
      return "any";
  }
}

/** Whether both types have this form. */
export function sharesForm(a: TypeNode, b: TypeNode, form: WireForm, table: TypeTable): boolean {
  return wireForm(a, table) === form && wireForm(b, table) === form;
}

/**
 * Whether some bytes are valid for both types but stand for different JavaScript values: a `Set` and an array, or
 * two objects that differ in such a field only.
 */
export function canConfuse(a: TypeNode, b: TypeNode, table: TypeTable): boolean {
  return confuses(a, b, { table, seen: new Map() });
}

interface Comparison {
  readonly table: TypeTable;
  /** Pairs under comparison; meeting one again adds nothing. */
  readonly seen: Map<TypeNode, Set<TypeNode>>;
}

function confuses(a: TypeNode, b: TypeNode, comparison: Comparison): boolean {
  const { table } = comparison;
  return unionLeaves(a, table).some((left) =>
    unionLeaves(b, table).some((right) => confusesLeaf(left, right, comparison)),
  );
}

function confusesLeaf(a: TypeNode, b: TypeNode, comparison: Comparison): boolean {
  const { table, seen } = comparison;
  const left = resolveType(a, table);
  const right = resolveType(b, table);
  if (left === right || seen.get(left)?.has(right)) return false;
  const form = wireForm(left, table);
  if (form !== wireForm(right, table)) return false;
  seen.set(left, (seen.get(left) ?? new Set()).add(right));
  switch (form) {
    case "number":
      return numberClass(left, table) !== numberClass(right, table);
    case "null":
      return left.kind !== right.kind;
    case "binary":
      return binaryName(left) !== binaryName(right);
    case "array":
      return confusesSequences(left, right, comparison);
    case "map":
      return confusesObjects(left, right, comparison);
    default:
      return false;
  }
}

function confusesSequences(a: TypeNode, b: TypeNode, comparison: Comparison): boolean {
  if (sequenceClass(a) !== sequenceClass(b)) return true;
  const left = sequenceItems(a);
  const right = sequenceItems(b);
  return left.some((item) => right.some((other) => confuses(item, other, comparison)));
}

function confusesObjects(a: TypeNode, b: TypeNode, comparison: Comparison): boolean {
  if (a.kind === "record") {
    const values = b.kind === "record" ? [b.value] : (b as ObjectNode).fields.map((field) => field.type);
    return values.some((value) => confuses(a.value, value, comparison));
  }
  if (b.kind === "record") return confusesObjects(b, a, comparison);
  const shared = sharedFields(a as ObjectNode, b as ObjectNode);
  const isToldApart = shared.some(
    ([left, right]) =>
      !left.optional && !right.optional && isDisjoint(left.type, right.type, comparison.table),
  );
  return !isToldApart && shared.some(([left, right]) => confuses(left.type, right.type, comparison));
}

function sharedFields(a: ObjectNode, b: ObjectNode): readonly (readonly [FieldModel, FieldModel])[] {
  return a.fields.flatMap((left) => {
    const right = b.fields.find((field) => field.name === left.name);
    return right === undefined ? [] : [[left, right] as const];
  });
}

function isDisjoint(a: TypeNode, b: TypeNode, table: TypeTable): boolean {
  return unionLeaves(a, table).every((left) =>
    unionLeaves(b, table).every((right) => {
      const forms = [wireForm(left, table), wireForm(right, table)];
      if (forms.includes("any")) return false;
      if (forms[0] !== forms[1]) return true;
      const values = [literalValue(left, table), literalValue(right, table)];
      return !values.includes(undefined) && values[0] !== values[1];
    }),
  );
}

function literalValue(type: TypeNode, table: TypeTable): LiteralValue | undefined {
  const resolved = resolveType(type, table);
  return resolved.kind === "literal" ? resolved.value : undefined;
}

/** What a number stands for. */
function numberClass(type: TypeNode, table: TypeTable): string {
  switch (type.kind) {
    case "literal":
      return typeof type.value;
    case "primitive":
      return type.name;
    case "service":
      return `service ${type.wireName}`;
    case "stream":
      return `stream ${type.form} ${createTypeKey(table)(type.item)}`;
    case "function":
      return createTypeKey(table)(type);
    default:
      return type.kind;
  }
}

function binaryName(type: TypeNode): string {
  return type.kind === "typed-array" ? type.name : "bytes";
}

function sequenceClass(type: TypeNode): "array" | "map" | "set" {
  return type.kind === "map" || type.kind === "set" ? type.kind : "array";
}

function sequenceItems(type: TypeNode): readonly TypeNode[] {
  switch (type.kind) {
    case "array":
    case "set":
      return [type.item];
    case "map":
      return [type.key, type.value];
    case "tuple":
      return type.rest === undefined ? type.items : [...type.items, type.rest];
    default:
      return [];
  }
}
