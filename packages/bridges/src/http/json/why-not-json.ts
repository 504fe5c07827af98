import { describeShape, type Shape, type ShapeDescription } from "@crosspane/core/bridge";
import { flatMembers, includesUndefined, jsonFormOf } from "./json-forms.js";
import { markedMembers } from "./union-form.js";

/** A part of a type that JSON cannot say. */
export interface JsonObstacle {
  /** Path of the part in the type: `.listener`, `[].when`; empty for the type itself. */
  readonly path: string;
  readonly reason: string;
}

/** Returns the first part of a type that JSON cannot say; undefined for a type that it can say. */
export function whyNotJson(shape: Shape): JsonObstacle | undefined {
  return obstacleOf(shape, "", new Set());
}

function obstacleOf(shape: Shape, path: string, seen: Set<Shape>): JsonObstacle | undefined {
  if (seen.has(shape)) return undefined;
  seen.add(shape);
  const type = describeShape(shape);
  const reason = ownReason(type);
  if (reason !== undefined) return { path, reason };
  for (const [step, part] of partsOf(type)) {
    const found = obstacleOf(part, path + step, seen);
    if (found !== undefined) return found;
  }
  if (type.kind !== "union") return undefined;
  const alike = ambiguousMembers(flatMembers(type.members));
  if (alike === undefined) return undefined;
  const [one, other] = alike.map(({ label }) => label);
  const remedy = "give each of them a property of its own, or one with a literal type";
  return { path, reason: `JSON cannot distinguish ${one} and ${other} in ${type.label}: ${remedy}` };
}

function ownReason(type: ShapeDescription): string | undefined {
  switch (type.kind) {
    case "function":
      return "a function travels by reference, and a request cannot be called back";
    case "reference":
      return `an object of ${type.name} travels by reference, and JSON holds only data`;
    case "stream":
      return "a stream travels only as the result of a method";
    case "signal":
      return "an AbortSignal travels only as an argument";
    default:
      return undefined;
  }
}

/** Returns the types inside a type, each with its step in a path. */
function partsOf(type: ShapeDescription): readonly (readonly [string, Shape])[] {
  switch (type.kind) {
    case "array":
    case "set":
    case "record":
      return [["[]", type.item]];
    case "map":
      return [
        ["[].key", type.key],
        ["[].value", type.value],
      ];
    case "tuple": {
      const items = type.items.map((item, index) => [`[${index}]`, item] as const);
      return type.rest === undefined ? items : [...items, ["[]", type.rest]];
    }
    case "object":
      return type.fields.map(({ name, shape }) => [`.${name}`, shape]);
    case "union":
      return type.members.map((member) => ["", member]);
    default:
      return [];
  }
}

/**
 * Returns two members of a union that look alike in JSON although their values differ: with a
 * `Date` in one of them, which is text in JSON.
 */
function ambiguousMembers(members: readonly Shape[]): readonly [Shape, Shape] | undefined {
  const marked = markedMembers(members.map(jsonFormOf));
  const plain = members.filter((member) => !marked.includes(jsonFormOf(member)));
  for (const [index, one] of plain.entries()) {
    for (const other of plain.slice(index + 1)) {
      const alike = isArray(one) ? isArray(other) : isObject(one) && isObject(other) && !differ(one, other);
      if (alike && (changes(one, new Set()) || changes(other, new Set()))) return [one, other];
    }
  }
  return undefined;
}

function isArray(shape: Shape): boolean {
  const { kind } = describeShape(shape);
  return kind === "array" || kind === "tuple";
}

function isObject(shape: Shape): boolean {
  const { kind } = describeShape(shape);
  return kind === "object" || kind === "record";
}

/** True if two object types differ in a required property, or in the literals of one. */
function differ(one: Shape, other: Shape): boolean {
  const first = requiredOf(one);
  const second = requiredOf(other);
  if (first === undefined || second === undefined) return false;
  const lacks = (names: Iterable<string>, shape: Shape) => {
    const type = describeShape(shape);
    return [...names].some(
      (name) => type.kind === "object" && type.fields.every((field) => field.name !== name),
    );
  };
  if (lacks(first.keys(), other) || lacks(second.keys(), one)) return true;
  return [...first].some(([name, shape]) => {
    const literals = jsonFormOf(shape).literals;
    const others = jsonFormOf(second.get(name) ?? shape).literals;
    if (literals === undefined || others === undefined) return false;
    return [...literals].every((literal) => !others.has(literal));
  });
}

/** Returns the properties that each value of an object type has; undefined for a record. */
function requiredOf(shape: Shape): ReadonlyMap<string, Shape> | undefined {
  const type = describeShape(shape);
  if (type.kind !== "object") return undefined;
  const required = type.fields.filter((field) => !field.optional && !includesUndefined(field.shape));
  return new Map(required.map((field) => [field.name, field.shape]));
}

/** True if a type contains one that JSON does not have by itself. */
function changes(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  const type = describeShape(shape);
  if (type.kind === "undefined" || type.kind === "void") return false;
  if (type.kind !== "union" && jsonFormOf(shape).mark !== undefined) return true;
  return partsOf(type).some(([, part]) => changes(part, seen));
}
