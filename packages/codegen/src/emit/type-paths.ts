import { printLiteral } from "../model/print-type.js";
import { unionLeaves } from "../model/type-key.js";
import type { LiteralValue, ParamModel, TypeNode, TypeTable, UnionNode } from "../model/type-node.js";
import { resolveType } from "../model/walk.js";
import type { RuntimeSymbol } from "../runtime-symbols.js";

/**
 * A type of a contract and the TypeScript that leads to it; undefined if it cannot be told apart
 * from others.
 */
export interface PathTo {
  readonly type: TypeNode;
  readonly path: string | undefined;
}

/** Returns the generated module's name for a type of the runtime. */
export type Runtime = (symbol: RuntimeSymbol) => string;

/** The types of a method's parameters and its result. */
export function pathsOfCall(
  { params, result }: { readonly params: readonly ParamModel[]; readonly result: TypeNode },
  path: string,
  runtime: Runtime,
): readonly PathTo[] {
  const inner = params.map(({ type, optional }, index) => {
    const param = `${runtime("ParamOf")}<${path}, ${index}>`;
    return { type, path: optional ? defined(param, runtime) : param };
  });
  return [...inner, { type: result, path: `${runtime("ResultOf")}<${path}>` }];
}

/** The path to a property. */
export function pathOfField(
  { name, optional }: { readonly name: string; readonly optional: boolean },
  path: string,
  runtime: Runtime,
): string {
  const field = `${runtime("FieldOf")}<${path}, ${JSON.stringify(name)}>`;
  return optional ? defined(field, runtime) : field;
}

/** Returns the types directly inside a type; references are not followed. */
export function pathsWithin(
  { type, path }: PathTo,
  { table, runtime }: { readonly table: TypeTable; readonly runtime: Runtime },
): readonly PathTo[] {
  const to = (inner: TypeNode, symbol: RuntimeSymbol, ...args: readonly string[]): PathTo => ({
    type: inner,
    path: path === undefined ? undefined : `${runtime(symbol)}<${[path, ...args].join(", ")}>`,
  });
  switch (type.kind) {
    case "array":
    case "set":
    case "stream":
      return [to(type.item, "ItemOf")];
    case "record":
      return [to(type.value, "ItemOf")];
    case "map":
      return [to(type.key, "KeyOf"), to(type.value, "ItemOf")];
    case "tuple": {
      const firstOptional = type.items.length - type.optional;
      const items = type.rest === undefined ? type.items : [...type.items, type.rest];
      return items.map((item, index) => {
        const found = to(item, "FieldOf", String(index));
        const isOptional = index >= firstOptional && index < type.items.length;
        return isOptional && found.path !== undefined
          ? { ...found, path: defined(found.path, runtime) }
          : found;
      });
    }
    case "object":
      return type.fields.map((field) => ({
        type: field.type,
        path: path === undefined ? undefined : pathOfField(field, path, runtime),
      }));
    case "function":
      return path === undefined
        ? [...type.params.map((param) => param.type), type.result].map((inner) => ({ type: inner, path }))
        : pathsOfCall(type, path, runtime);
    case "union":
      return type.members.map((member) => ({
        type: member,
        path: path === undefined ? undefined : pathOfMember(member, type, { path, table, runtime }),
      }));
    default:
      return [];
  }
}

/**
 * Returns the path to a member of a union that is the only one of its kind, or has a property with
 * a unique value.
 */
function pathOfMember(
  member: TypeNode,
  union: UnionNode,
  { path, table, runtime }: { readonly path: string; readonly table: TypeTable; readonly runtime: Runtime },
): string | undefined {
  const others = union.members.filter((each) => each !== member);
  if (others.every((each) => isNothing(each, table))) {
    const mayBeNothing = unionLeaves(member, table).some((leaf) => isNothing(leaf, table));
    return mayBeNothing ? undefined : `${runtime("Present")}<${path}>`;
  }
  const resolved = resolveType(member, table);
  if (isScalar(resolved) || resolved.kind === "union" || resolved.kind === "one-of") return undefined;
  const leaves = unionLeaves(union, table).map((leaf) => resolveType(leaf, table));
  const rest = leaves.filter((leaf) => leaf !== resolved);
  if (rest.every(isScalar)) return `${runtime("Composite")}<${path}>`;
  const mark = ownMark(resolved, rest, table);
  if (mark === undefined) return undefined;
  const { name, value } = mark;
  return `${runtime("MemberOf")}<${path}, ${JSON.stringify(name)}, ${printLiteral(value)}>`;
}

/** Finds a property that has a value here which it has in none of the others. */
function ownMark(
  type: TypeNode,
  others: readonly TypeNode[],
  table: TypeTable,
): { readonly name: string; readonly value: LiteralValue } | undefined {
  for (const { name, value } of marksOf(type, table)) {
    const isOwn = others.every((other) => {
      if (other.kind !== "object") return isScalar(other);
      const field = other.fields.find((each) => each.name === name);
      if (field === undefined) return true;
      const values = unionLeaves(field.type, table).map((leaf) => resolveType(leaf, table));
      return values.every((each) => each.kind === "literal" && each.value !== value);
    });
    if (isOwn) return { name, value };
  }
  return undefined;
}

function marksOf(type: TypeNode, table: TypeTable) {
  if (type.kind !== "object") return [];
  return type.fields.flatMap(({ name, optional, type: field }) => {
    const resolved = resolveType(field, table);
    return resolved.kind === "literal" && !optional ? [{ name, value: resolved.value }] : [];
  });
}

function isNothing(type: TypeNode, table: TypeTable): boolean {
  const resolved = resolveType(type, table);
  return resolved.kind === "primitive" && ["null", "undefined", "void"].includes(resolved.name);
}

function isScalar(type: TypeNode): boolean {
  if (type.kind === "primitive") return type.name !== "unknown";
  return type.kind === "literal" || type.kind === "one-of" || type.kind === "typed-array";
}

function defined(path: string, runtime: Runtime): string {
  return `${runtime("Defined")}<${path}>`;
}
