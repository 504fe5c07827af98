import { hash } from "node:crypto";
import { printLiteral, printPattern } from "./print-type.js";
import { type ParamModel, type TypeNode, type TypeTable, typedArrayNames } from "./type-node.js";
import { childTypes, referencesIn, resolveType } from "./walk.js";

/**
 * The number of levels of a recursive type that count. Types that differ only deeper than this have
 * the same key. Every declaration is reached long before, because the shortest path to it counts
 * and not the longest.
 */
const recursiveDepth = 64;

/** Texts longer than this are replaced by their digest, so that keys stay short for large types. */
const maxPlainLength = 64;

const keysOfTables = new WeakMap<TypeTable, (type: TypeNode) => string>();

/**
 * Returns the function from types to texts that are equal if the types have the same structure.
 * Names of types and the order of fields and of union members do not matter, nor does the division
 * into named types.
 *
 * @param table the named types of a contract, all of them: there is one function for a table, which
 * keeps its results
 */
export function typeKeyOf(table: TypeTable): (type: TypeNode) => string {
  const known = keysOfTables.get(table) ?? createTypeKey(table);
  keysOfTables.set(table, known);
  return known;
}

function createTypeKey(table: TypeTable): (type: TypeNode) => string {
  const finite = orderFinite(table);
  const endsById = new Set(finite);
  const endsByType = new Map<TypeNode, boolean>();
  const keys = new Map<TypeNode, Map<number, string>>();

  const ends = (type: TypeNode): boolean => {
    if (type.kind === "reference") return endsById.has(type.id);
    const known = endsByType.get(type) ?? childTypes(type).every(ends);
    endsByType.set(type, known);
    return known;
  };

  const key = (use: TypeNode, depth: number): string => {
    const type = resolveType(use, table);
    const hasEnd = ends(use);
    if (!hasEnd && depth === 0) return "~";
    // A type that ends has one key at every depth.
    const level = hasEnd ? 0 : depth;
    const byDepth = keys.get(type) ?? new Map<number, string>();
    keys.set(type, byDepth);
    const text = byDepth.get(level) ?? digest(describe(type, hasEnd ? depth : depth - 1));
    byDepth.set(level, text);
    return text;
  };

  const describe = (type: Exclude<TypeNode, { kind: "reference" }>, depth: number): string => {
    switch (type.kind) {
      case "primitive":
      case "typed-array":
        return type.name;
      case "literal":
        return printLiteral(type.value);
      case "text":
        return `text(${printPattern(type.pattern)})`;
      case "array":
        return `[](${key(type.item, depth)})`;
      case "set":
        return `set(${key(type.item, depth)})`;
      case "record":
        return `record(${key(type.value, depth)})`;
      case "map":
        return `map(${key(type.key, depth)},${key(type.value, depth)})`;
      case "tuple": {
        const rest = type.rest === undefined ? "" : `...${key(type.rest, depth)}`;
        return `tuple(${type.items.map((item) => key(item, depth)).join(",")};${type.optional};${rest})`;
      }
      case "object": {
        const fields = type.fields.map(
          (f) => `${JSON.stringify(f.name)}${f.optional ? "?" : ""}:${key(f.type, depth)}`,
        );
        return `{${fields.sort().join(",")}}`;
      }
      case "one-of":
      case "union": {
        const members = new Set(unionLeaves(type, table).map((leaf) => key(leaf, depth)));
        // Members that accept bytes for each other are numbered, which they once were not: the key
        // must differ.
        const mark = members.has("bigint") && hasBytes(members) ? "#" : "";
        return `|${mark}(${[...members].sort().join(",")})`;
      }
      case "stream":
        return `stream(${type.form},${key(type.item, depth)})`;
      case "function": {
        const params = type.params.map((param) => paramMark(param) + key(param.type, depth));
        return `function(${params.join(",")}=>${key(type.result, depth)})`;
      }
      case "service":
        // Its methods count at its uses, see `methodFingerprint`: here they could lead back to the
        // start.
        return `service(${JSON.stringify(type.wireName)})`;
      case "subscription":
      case "signal":
        return type.kind;
      case "unsupported":
        return `unsupported(${type.problem.reason})`;
    }
  };

  // Types that others use come first, so that a long chain of types is not a deep recursion.
  for (const id of finite) key({ kind: "reference", id }, recursiveDepth);
  return (type) => key(type, recursiveDepth);
}

function hasBytes(members: ReadonlySet<string>): boolean {
  return ["bytes", ...typedArrayNames].some((name) => members.has(name));
}

/** Returns the mark of a rest or optional parameter, by which two of one type may differ. */
export function paramMark({ rest, optional }: ParamModel): string {
  return rest ? "..." : optional ? "?" : "";
}

/**
 * Returns the members of a union with nested unions, named ones too, and sets of literals expanded.
 */
export function unionLeaves(type: TypeNode, table: TypeTable): readonly TypeNode[] {
  const resolved = resolveType(type, table);
  if (resolved.kind === "one-of") return resolved.values.map((value) => ({ kind: "literal", value }));
  if (resolved.kind === "union") return resolved.members.flatMap((member) => unionLeaves(member, table));
  return [type];
}

function digest(text: string): string {
  return text.length <= maxPlainLength ? text : hash("sha256", text);
}

/**
 * Returns the named types that do not lead to themselves or to one that does, each after those that
 * it uses.
 */
function orderFinite(table: TypeTable): readonly number[] {
  const uses = table.map(({ type }) => new Set(referencesIn(type)));
  const users = table.map((): number[] => []);
  for (const [id, used] of uses.entries()) for (const use of used) users[use]!.push(id);
  const left = uses.map((used) => used.size);
  const finite = [...left.keys()].filter((id) => left[id] === 0);
  for (const id of finite) {
    for (const user of users[id]!) {
      left[user]! -= 1;
      if (left[user] === 0) finite.push(user);
    }
  }
  return finite;
}
