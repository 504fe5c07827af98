import { createHash } from "node:crypto";
import { printLiteral } from "./print-type.js";
import type { ParamModel, TypeNode, TypeTable } from "./type-node.js";
import { childTypes, resolveType } from "./walk.js";

/**
 * How many levels of a recursive type count. Types that differ only deeper than this have the same key; every
 * declaration is met long before, because the shortest way to it counts and not the longest.
 */
const recursiveDepth = 64;

/** Texts longer than this are replaced by their digest, so that keys stay short however large the type. */
const maxPlainLength = 64;

/**
 * Makes a function from types to texts that are equal when the types are the same structure: names of types, the
 * order of fields and of union members do not matter, and neither does which parts have a name of their own.
 */
export function createTypeKey(table: TypeTable): (type: TypeNode) => string {
  const infinite = findInfinite(table);
  const keys = new Map<TypeNode, Map<number, string>>();

  const isInfinite = (type: TypeNode): boolean =>
    type.kind === "reference" ? infinite.has(type.id) : childTypes(type).some(isInfinite);

  const key = (use: TypeNode, depth: number): string => {
    const type = resolveType(use, table);
    const ends = !isInfinite(use);
    if (!ends && depth === 0) return "~";
    // A type that ends has one key at every depth.
    const level = ends ? 0 : depth;
    const byDepth = keys.get(type) ?? new Map<number, string>();
    keys.set(type, byDepth);
    const text = byDepth.get(level) ?? digest(describe(type, ends ? depth : depth - 1));
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
        return `|(${[...members].sort().join(",")})`;
      }
      case "stream":
        return `stream(${type.form},${key(type.item, depth)})`;
      case "function": {
        const params = type.params.map((param) => paramMark(param) + key(param.type, depth));
        return `function(${params.join(",")}=>${key(type.result, depth)})`;
      }
      case "service":
        // Its methods count where it is used, see `methodFingerprint`: here they could lead back to where they began.
        return `service(${JSON.stringify(type.wireName)})`;
      case "subscription":
      case "signal":
        return type.kind;
      case "unsupported":
        return `unsupported(${type.problem.reason})`;
    }
  };

  return (type) => key(type, recursiveDepth);
}

/** What makes two parameters of one type differ. */
export function paramMark({ rest, optional }: ParamModel): string {
  return rest ? "..." : optional ? "?" : "";
}

/** The members of a union with nested unions, named ones too, and sets of literals taken apart. */
export function unionLeaves(type: TypeNode, table: TypeTable): readonly TypeNode[] {
  const resolved = resolveType(type, table);
  if (resolved.kind === "one-of") return resolved.values.map((value) => ({ kind: "literal", value }));
  if (resolved.kind === "union") return resolved.members.flatMap((member) => unionLeaves(member, table));
  return [type];
}

function digest(text: string): string {
  return text.length <= maxPlainLength ? text : createHash("sha256").update(text).digest("hex");
}

/** The named types that contain themselves, directly or through others, and those that contain such a type. */
function findInfinite(table: TypeTable): ReadonlySet<number> {
  const uses = table.map((named) => referencesIn(named.type));
  const infinite = new Set<number>();
  for (const id of uses.keys()) {
    const pending = [...uses[id]!];
    const seen = new Set<number>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      pending.push(...uses[next]!);
    }
    if (seen.has(id)) infinite.add(id);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const [id, used] of uses.entries()) {
      if (infinite.has(id) || !used.some((use) => infinite.has(use))) continue;
      infinite.add(id);
      grown = true;
    }
  }
  return infinite;
}

function referencesIn(type: TypeNode): number[] {
  return type.kind === "reference" ? [type.id] : childTypes(type).flatMap(referencesIn);
}
