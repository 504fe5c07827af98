import type { TypeNode } from "../model/type-node.js";
import { referencesIn } from "../model/walk.js";
import { camelCase } from "../text/identifier.js";
import type { Doc } from "../text/layout.js";
import { emitType, type TypeScope } from "./emit-type.js";
import type { NameScope } from "./name-scope.js";
import { type PathTo, pathsWithin } from "./type-paths.js";

/**
 * More copies than this within each other are not compared, because TypeScript would enter each
 * from the one before.
 */
const maxCopies = 40;

const maxNameLength = 60;

/** A named type of a snapshot. */
export interface SnapshotType {
  readonly id: number;
  readonly name: string;
  /**
   * Undefined if the type cannot be told apart from others of a union: then a copy has the name.
   */
  readonly path: string | undefined;
}

/** A type that is compared separately, though it has no name in the contract. */
export interface SnapshotPart {
  readonly name: string;
  readonly type: TypeNode;
  readonly path: string;
  /** The type that it is a part of. */
  readonly label: string;
}

/** The types of a snapshot that have names. */
export interface SnapshotTypes {
  /** The named types with a path, each after those that its path begins with. */
  readonly reached: readonly SnapshotType[];
  /** The parts that were found so far; emitting one may find more. */
  readonly parts: readonly SnapshotPart[];
  /**
   * Emits code that contains types.
   *
   * @param label its name in an error
   * @returns undefined if it contains a type of the platform without a path, or too many copies
   */
  emit(label: string, make: (scope: TypeScope) => Doc): Doc | undefined;
  /** The copies that were needed so far. */
  copies(): readonly SnapshotType[];
}

/**
 * Finds the shortest path to each named type.
 *
 * @param roots the types of methods and errors
 */
export function createSnapshotTypes(
  roots: readonly PathTo[],
  context: Omit<TypeScope, "reference" | "part" | "onUnknown"> & { readonly names: NameScope },
): SnapshotTypes {
  const { table } = context;
  const types = findTypes(roots, context);
  const bodies = new Map<number, Attempt>();
  const used = new Set<number>();

  const parts: SnapshotPart[] = [];

  const attempt = (label: string, make: (scope: TypeScope) => Doc): Attempt => {
    const copies = new Set<number>();
    const found: SnapshotPart[] = [];
    let isKnown = true;
    const doc = make({
      ...context,
      reference(id) {
        if (types.get(id)!.path === undefined) copies.add(id);
        return types.get(id)!.name;
      },
      part(type, path) {
        const name = context.names.claim("Part");
        found.push({ name, type, path, label });
        return name;
      },
      onUnknown() {
        isKnown = false;
      },
    });
    return { doc, copies, parts: found, isKnown };
  };

  const bodyOf = (id: number): Attempt => {
    const known =
      bodies.get(id) ?? attempt("", (scope) => emitType({ type: table[id]!.type, path: undefined }, scope));
    bodies.set(id, known);
    return known;
  };

  return {
    reached: [...types.values()].filter(({ path }) => path !== undefined),
    parts,
    emit(label, make) {
      const { doc, copies, parts: found, isKnown } = attempt(label, make);
      if (!isKnown) return undefined;
      // The set grows while it is walked.
      for (const id of copies) {
        const body = bodyOf(id);
        if (!body.isKnown || copies.size > maxCopies) return undefined;
        for (const inner of body.copies) copies.add(inner);
      }
      for (const id of copies) used.add(id);
      parts.push(...found);
      return doc;
    },
    copies: () => [...used].map((id) => types.get(id)!),
  };
}

interface Attempt {
  readonly doc: Doc;
  readonly copies: Set<number>;
  readonly parts: readonly SnapshotPart[];
  readonly isKnown: boolean;
}

function findTypes(
  roots: readonly PathTo[],
  context: Pick<TypeScope, "table" | "runtime"> & { readonly names: NameScope },
): ReadonlyMap<number, SnapshotType> {
  const { table, names } = context;
  const types = new Map<number, SnapshotType>();
  const claim = (id: number, suffix: string) => names.claim(typeName(table[id]!.name), suffix);
  const without = new Set<number>();
  // Level by level, so that paths are short.
  for (let level = roots; level.length > 0; ) {
    const next: PathTo[] = [];
    for (const { id, path } of level.flatMap((at) => referencesFrom(at, context))) {
      if (path === undefined) without.add(id);
      else if (!types.has(id)) {
        const name = claim(id, "Type");
        types.set(id, { id, name, path });
        next.push({ type: table[id]!.type, path: name });
      }
    }
    level = next;
  }
  // The set grows while it is walked.
  for (const id of without) {
    if (types.has(id)) continue;
    types.set(id, { id, name: claim(id, "Copy"), path: undefined });
    for (const inner of referencesIn(table[id]!.type)) without.add(inner);
  }
  return types;
}

function referencesFrom(
  { type, path }: PathTo,
  context: Pick<TypeScope, "table" | "runtime">,
): readonly { readonly id: number; readonly path: string | undefined }[] {
  if (type.kind === "reference") return [{ id: type.id, path }];
  return pathsWithin({ type, path }, context).flatMap((inner) => referencesFrom(inner, context));
}

function typeName(name: string): string {
  const camel = camelCase(name).slice(0, maxNameLength);
  return camel[0]!.toUpperCase() + camel.slice(1);
}
