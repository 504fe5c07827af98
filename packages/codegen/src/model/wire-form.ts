import { typeKeyOf, unionLeaves } from "./type-key.js";
import type { FieldModel, LiteralValue, ObjectNode, TypeNode, TypeTable } from "./type-node.js";
import { resolveType } from "./walk.js";

/** The form of a value on the wire, without knowledge of its type. */
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

/** Returns the form of a type that is not a union. */
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
    case "text":
      return "string";
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
      // Its place in the list of the message's references.
      return "number";
    case "signal":
      return "null";
    case "one-of":
    case "union":
    case "unsupported":
      return "any";
  }
}

type TypePair = readonly [TypeNode, TypeNode];

/**
 * Pairs that cannot be confused, by the table of their contract, because types that refer to each
 * other meet repeatedly.
 */
const distinctPairs = new WeakMap<TypeTable, Map<TypeNode, Set<TypeNode>>>();

/**
 * Returns true if some bytes are valid for both types but stand for different JavaScript values: a
 * `Set` and an array, or two objects that differ in such a field only.
 */
export function canConfuse(a: TypeNode, b: TypeNode, table: TypeTable): boolean {
  const distinct = distinctPairs.get(table) ?? new Map<TypeNode, Set<TypeNode>>();
  distinctPairs.set(table, distinct);
  const met: TypePair[] = [];
  // A list and not recursion: types may refer to each other in a chain of any length.
  const pending = leafPairs(a, b, table);
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [left, right] = pair;
    if (left === right || distinct.get(left)?.has(right)) continue;
    const form = wireForm(left, table);
    if (form !== wireForm(right, table) && !mayBothBeBytes(left, right)) continue;
    distinct.set(left, (distinct.get(left) ?? new Set()).add(right));
    met.push(pair);
    if (mayBothBeBytes(left, right) || differsWithin(form, pair, table)) {
      // The others counted as distinct as long as nothing was found.
      for (const [one, other] of met) distinct.get(one)!.delete(other);
      return true;
    }
    for (const [one, other] of innerPairs(form, pair, table)) pending.push(...leafPairs(one, other, table));
  }
  return false;
}

function leafPairs(a: TypeNode, b: TypeNode, table: TypeTable): TypePair[] {
  const rights = unionLeaves(b, table).map((right) => resolveType(right, table));
  return unionLeaves(a, table).flatMap((left) =>
    rights.map((right): TypePair => [resolveType(left, table), right]),
  );
}

/**
 * Returns true if the values of two types that share a form differ themselves, independent of their
 * parts.
 */
function differsWithin(form: WireForm, [left, right]: TypePair, table: TypeTable): boolean {
  switch (form) {
    case "number":
      return numberClass(left, table) !== numberClass(right, table);
    case "null":
      return left.kind !== right.kind;
    case "binary":
      return binaryName(left) !== binaryName(right);
    case "array":
      return sequenceClass(left) !== sequenceClass(right);
    default:
      return false;
  }
}

/** Returns the parts of two types that share a form which stand in the same places. */
function innerPairs(form: WireForm, [left, right]: TypePair, table: TypeTable): readonly TypePair[] {
  if (form === "map") return objectPairs(left, right, table);
  if (form !== "array") return [];
  return sequenceItems(left).flatMap((item) => sequenceItems(right).map((other): TypePair => [item, other]));
}

function objectPairs(a: TypeNode, b: TypeNode, table: TypeTable): readonly TypePair[] {
  if (a.kind === "record") {
    const values = b.kind === "record" ? [b.value] : (b as ObjectNode).fields.map((field) => field.type);
    return values.map((value): TypePair => [a.value, value]);
  }
  if (b.kind === "record") return objectPairs(b, a, table);
  const shared = sharedFields(a as ObjectNode, b as ObjectNode);
  const isToldApart = shared.some(
    ([left, right]) => !left.optional && !right.optional && isDisjoint(left.type, right.type, table),
  );
  return isToldApart ? [] : shared.map(([left, right]): TypePair => [left.type, right.type]);
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
      if (forms[0] !== forms[1]) return !mayBothBeBytes(resolveType(left, table), resolveType(right, table));
      const values = [literalValue(left, table), literalValue(right, table)];
      return !values.includes(undefined) && values[0] !== values[1];
    }),
  );
}

function literalValue(type: TypeNode, table: TypeTable): LiteralValue | undefined {
  const resolved = resolveType(type, table);
  return resolved.kind === "literal" ? resolved.value : undefined;
}

/** Returns the meaning of a number. */
function numberClass(type: TypeNode, table: TypeTable): string {
  switch (type.kind) {
    case "literal":
      return typeof type.value;
    case "primitive":
      return type.name;
    case "service":
      return `service ${type.wireName}`;
    case "stream":
      return `stream ${type.form} ${typeKeyOf(table)(type.item)}`;
    case "function":
      return typeKeyOf(table)(type);
    default:
      return type.kind;
  }
}

/** A bigint of more than 64 bits travels as bytes. */
function mayBothBeBytes(a: TypeNode, b: TypeNode): boolean {
  return (isBigint(a) && isBinary(b)) || (isBigint(b) && isBinary(a));
}

function isBigint(type: TypeNode): boolean {
  return type.kind === "primitive" && type.name === "bigint";
}

function isBinary(type: TypeNode): boolean {
  return type.kind === "typed-array" || (type.kind === "primitive" && type.name === "bytes");
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
