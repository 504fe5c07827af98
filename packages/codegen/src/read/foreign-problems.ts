import type { Problem } from "../model/problem.js";
import type { TypeNode, TypeTable } from "../model/type-node.js";
import { childTypes } from "../model/walk.js";
import { placeOf, type Site } from "./site.js";
import type { Entry } from "./type-entry.js";

/**
 * Finds the problems of types that other packages declare. The author can only change the places
 * that use such a type, so each place is reported. A problem in one of the author's own types is
 * reported once, at its own place.
 */
export interface ForeignProblems {
  /** Records that a type is used at a site, inside the type that is being read. */
  noteUse(entry: Entry, site: Site, within: Entry | undefined): void;
  /**
   * Returns the problems of each place. For the first use of a type, the model has them as well.
   */
  find(types: TypeTable): readonly Problem[];
}

interface Use {
  readonly entry: Entry;
  readonly site: Site;
}

/** Makes the finder of one reader. */
export function createForeignProblems(): ForeignProblems {
  const roots: Use[] = [];
  const uses = new Map<Entry, Use[]>();

  /**
   * Returns a use and those that it leads to, nearest first. Their paths start at the place of the
   * first.
   */
  const reach = (use: Use): readonly Use[] => {
    const seen = new Set<Entry>([use.entry]);
    const found = [use];
    for (const { entry, site } of found) {
      for (const inner of uses.get(entry) ?? []) {
        if (seen.has(inner.entry)) continue;
        seen.add(inner.entry);
        const where = `${site.where}${inner.site.where.slice(entry.site.where.length)}`;
        found.push({ entry: inner.entry, site: { node: use.site.node, where } });
      }
    }
    return found;
  };

  return {
    noteUse(entry, site, within) {
      if (!isForeign(entry)) return;
      const owner = pendingAround(within);
      if (owner !== undefined && isForeign(owner) && site.node === owner.site.node) {
        uses.set(owner, [...(uses.get(owner) ?? []), { entry, site }]);
      } else roots.push({ entry, site });
    },
    find(types) {
      const problems = new Map<Entry, readonly Problem[]>();
      const problemsOf = (entry: Entry): readonly Problem[] => {
        const known = problems.get(entry) ?? problemsIn(types[entry.id!]?.type, entry);
        problems.set(entry, known);
        return known;
      };
      return roots.flatMap((use) =>
        reach(use).flatMap(({ entry, site }) =>
          problemsOf(entry).map((problem) => {
            const where = `${site.where}${problem.where.slice(entry.site.where.length)}`;
            return { ...problem, ...placeOf({ node: site.node, where }) };
          }),
        ),
      );
    },
  };
}

function isForeign({ composite: { declaration } }: Entry): boolean {
  return declaration?.getSourceFile().isInNodeModules() === true;
}

/** Returns the innermost enclosing type that has a table entry from the start. */
function pendingAround(within: Entry | undefined): Entry | undefined {
  let entry = within;
  while (entry !== undefined && !entry.isPending) entry = entry.parent;
  return entry;
}

/**
 * Returns the problems of a type's own parts whose only place in the author's files is the use of
 * the type.
 */
function problemsIn(type: TypeNode | undefined, entry: Entry): readonly Problem[] {
  if (type === undefined) return [];
  if (type.kind !== "unsupported") return childTypes(type).flatMap((child) => problemsIn(child, entry));
  const { line, column, file } = placeOf(entry.site).at;
  const { at } = type.problem;
  return at.line === line && at.column === column && at.file === file ? [type.problem] : [];
}
