import type { Problem } from "../model/problem.js";
import type { TypeNode, TypeTable } from "../model/type-node.js";
import { childTypes } from "../model/walk.js";
import { placeOf, type Site } from "./site.js";
import type { Entry } from "./type-entry.js";

/**
 * Finds the problems of types that other packages declare. The author cannot mend those, only the
 * places that use them, so each place is told. A problem in a type of the author's is told once,
 * where it stands.
 */
export interface ForeignProblems {
  /** Notes that a type is used somewhere, within the type that is being read. */
  noteUse(entry: Entry, site: Site, within: Entry | undefined): void;
  /** The problems for each place; at that where a type was met first, the model has them too. */
  find(types: TypeTable): readonly Problem[];
}

interface Use {
  readonly entry: Entry;
  readonly site: Site;
}

/** Makes the finder that one reader uses. */
export function createForeignProblems(): ForeignProblems {
  const roots: Use[] = [];
  const uses = new Map<Entry, Use[]>();

  /**
   * The uses that each type leads to, the nearest first, with the path from the place of the
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

/** The type that the table has an entry for from the start. */
function pendingAround(within: Entry | undefined): Entry | undefined {
  let entry = within;
  while (entry !== undefined && !entry.isPending) entry = entry.parent;
  return entry;
}

/**
 * The problems of a type's own parts that stand at no place of the author's but that of the type's
 * use.
 */
function problemsIn(type: TypeNode | undefined, entry: Entry): readonly Problem[] {
  if (type === undefined) return [];
  if (type.kind !== "unsupported") return childTypes(type).flatMap((child) => problemsIn(child, entry));
  const { line, column, file } = placeOf(entry.site).at;
  const { at } = type.problem;
  return at.line === line && at.column === column && at.file === file ? [type.problem] : [];
}
