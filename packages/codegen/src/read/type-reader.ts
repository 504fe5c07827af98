import { type InterfaceDeclaration, Node, type Type, type TypeChecker, type ts } from "ts-morph";
import type { Problem } from "../model/problem.js";
import { maxSelfNesting, maxTypeDepth } from "../model/type-limits.js";
import type { NamedType, TypeNode, TypeTable } from "../model/type-node.js";
import { createForeignProblems } from "./foreign-problems.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import { ancestors, type Composite, type Entry } from "./type-entry.js";
import { argumentSize } from "./type-size.js";

/**
 * Reads types into the model. Each type that has a name or contains itself gets one table entry.
 */
export interface TypeReader extends Hoisting {
  readonly checker: TypeChecker;
  /** The node from which types are resolved. The checker requires one for some queries. */
  readonly contract: Node;
  read(type: Type, site: Site): TypeNode;
  /** True if a declaration belongs to the language or the platform, not to the author. */
  isLibrary(node: Node): boolean;
  /** True if a declaration belongs to `@crosspane/core`. */
  isCore(node: Node): boolean;
  /** Records a service that a value refers to. */
  link(service: InterfaceDeclaration): void;
}

/** The part of a reader that keeps the table. */
export interface Hoisting {
  readonly types: TypeTable;
  /**
   * Reads a type that may have a name or contain itself. One with a declaration is read later, by
   * `readPending`.
   *
   * @param composite the type, its name if it has one, and how to read it
   * @param site where it is used
   */
  readComposite(composite: Composite, site: Site): TypeNode;
  /**
   * Reads the declared types that are pending, and those that they lead to, in the order of their
   * first use. So a chain of types may have any length, and a problem has its shortest path.
   */
  readPending(): void;
  /** Returns problems of types of other packages, for each place where the author uses one. */
  foreignProblems(): readonly Problem[];
}

/**
 * Depth beyond which any named type gets its own table entry, so that a chain of types may
 * continue.
 */
const deep = maxTypeDepth / 2;

/**
 * Makes the table of named types that a reader fills.
 *
 * @param contract the node from which types are resolved
 */
export function createHoisting(contract: Node): Hoisting {
  const types: (NamedType | undefined)[] = [];
  const entries = new Map<ts.Type, Entry>();
  const pending: Entry[] = [];
  const endless = new Set<ts.Symbol>();
  const foreign = createForeignProblems();
  let current: Entry | undefined;

  const referTo = (entry: Entry): TypeNode => {
    if (entry.id === undefined) entry.id = types.push(undefined) - 1;
    return { kind: "reference", id: entry.id };
  };

  const readBody = (entry: Entry, site: Site): TypeNode => {
    const outer = current;
    current = entry;
    const body = entry.composite.body(site);
    current = outer;
    return body;
  };

  const define = (entry: Entry, body: TypeNode): TypeNode => {
    const { name } = entry.composite;
    const reference = referTo(entry);
    types[entry.id!] = { name: name ?? nameWithin(entry), type: withName(body, name) };
    return reference;
  };

  /** Returns how often a generic type has grown inside itself, or the problem if it is too deep. */
  const growthOf = ({ composite, parent, site, depth }: Omit<Entry, "isPending">): number | TypeNode => {
    const { type, name, family } = composite;
    const nested = family === undefined ? [] : ancestors(parent).filter(hasFamily(family));
    const within = nested.map((entry) => entry.composite.type).reverse();
    const growth = within.length === 0 ? 0 : countGrowth([...within, type], contract);
    if (family !== undefined && growth >= maxSelfNesting) endless.add(family);
    // Points at the first use inside the type itself, from which the deeper ones follow.
    if (family !== undefined && growth > 0 && endless.has(family)) {
      return unsupported(nested.at(-2)?.site ?? site, "too-deep", familyName(family));
    }
    return depth > maxTypeDepth ? unsupported(site, "too-nested", name ?? type.getText(contract)) : growth;
  };

  const readComposite = (composite: Composite, site: Site): TypeNode => {
    const known = entries.get(composite.type.compilerType);
    if (known !== undefined) {
      foreign.noteUse(known, site, current);
      const isShorter = site.where.length < known.site.where.length;
      if (isShorter && known.isPending && types[known.id!] === undefined) known.site = site;
      return known.result ?? referTo(known);
    }
    const depth = (current === undefined || current.isPending ? 0 : current.depth) + 1;
    const met = { composite, site, parent: current, depth, id: undefined, result: undefined };
    const growth = growthOf(met);
    if (typeof growth === "object") return growth;
    // A growing type is read at once, so that an endless one is found by depth and not by breadth.
    const isSeparate = composite.declaration !== undefined || (composite.name !== undefined && depth > deep);
    const entry: Entry = { ...met, isPending: isSeparate && growth === 0 };
    entries.set(composite.type.compilerType, entry);
    foreign.noteUse(entry, site, current);
    if (entry.isPending) {
      pending.push(entry);
      entry.result = referTo(entry);
      return entry.result;
    }
    const body = readBody(entry, site);
    const isHoisted = entry.id !== undefined || (composite.name !== undefined && mayHoist(body));
    if (isHoisted) entry.result = define(entry, body);
    // The next use is read again, so that problems are reported for each place.
    else entries.delete(composite.type.compilerType);
    return entry.result ?? body;
  };

  return {
    types: types as NamedType[],
    readComposite,
    readPending() {
      // The list grows while it is read.
      for (const entry of pending) define(entry, readBody(entry, siteOfDeclaration(entry)));
      pending.length = 0;
    },
    foreignProblems: () => foreign.find(types as NamedType[]),
  };
}

/** Returns the place for a problem of a whole type: its name, if the author declares it. */
function siteOfDeclaration({ site, composite: { declaration } }: Entry): Site {
  const isNamed = declaration !== undefined && Node.hasName(declaration);
  const named = isNamed ? declaration.getNameNode() : declaration;
  return siteWithin(site, "", named);
}

function mayHoist(type: TypeNode): boolean {
  return type.kind === "object" || type.kind === "union" || type.kind === "one-of" || type.kind === "tuple";
}

function withName(type: TypeNode, name: string | undefined): TypeNode {
  const isNameable = type.kind === "object" || type.kind === "union" || type.kind === "one-of";
  return isNameable && type.name === undefined && name !== undefined ? { ...type, name } : type;
}

/** Returns a name for an anonymous type that contains itself. */
function nameWithin({ parent }: Entry): string {
  const named = ancestors(parent).find((entry) => entry.composite.name !== undefined);
  return `${named?.composite.name ?? "Anonymous"}Part`;
}

function hasFamily(family: ts.Symbol): (entry: Entry) => boolean {
  return (entry) => entry.composite.family === family;
}

/** Counts the types that are larger than all before them, from the outermost to the innermost. */
function countGrowth(types: readonly Type[], contract: Node): number {
  const sizes = types.map((type) => argumentSize(type, contract));
  return sizes.filter((size, index) => index > 0 && sizes.slice(0, index).every((other) => other < size))
    .length;
}

function familyName(family: ts.Symbol): string {
  const isAnonymous = family.name.startsWith("__");
  return isAnonymous ? "an object type" : family.name;
}
