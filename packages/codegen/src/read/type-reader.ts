import type { InterfaceDeclaration, Node, Type, TypeChecker, ts } from "ts-morph";
import type { NamedType, TypeNode, TypeTable } from "../model/type-node.js";
import { type Site, unsupported } from "./site.js";

/** Nesting of one generic type in itself beyond which it is taken to grow without end. */
export const maxSelfNesting = 10;

/** Types within types beyond which a contract is refused. */
export const maxTypeDepth = 400;

/** Reads types into the model, and gives every type that has a name, or contains itself, one entry in a table. */
export interface TypeReader {
  readonly checker: TypeChecker;
  /** Where types are looked at from; the checker wants a node for some questions. */
  readonly contract: Node;
  read(type: Type, site: Site): TypeNode;
  /**
   * Reads a type that may have a name or contain itself.
   *
   * @param composite the type, its name if it has one, and how to read it
   * @param site where it is used
   */
  readComposite(composite: Composite, site: Site): TypeNode;
  /** Whether a declaration belongs to the language or the platform, not to the author. */
  isLibrary(node: Node): boolean;
  /** Whether a declaration belongs to `@crosspane/core`. */
  isCore(node: Node): boolean;
  /** Notes a service that a value refers to. */
  link(service: InterfaceDeclaration): void;
  readonly types: TypeTable;
}

export interface Composite {
  readonly type: Type;
  readonly name: string | undefined;
  /** The declaration that instances of one generic type share. */
  readonly family: ts.Symbol | undefined;
  readonly body: (site: Site) => TypeNode;
}

/** The part of a reader that keeps the table. */
export interface Hoisting {
  readonly types: TypeTable;
  readComposite(composite: Composite, site: Site): TypeNode;
}

interface Entry {
  readonly composite: Composite;
  id: number | undefined;
  result: TypeNode | undefined;
}

/** Makes the table of named types that a reader fills. */
export function createHoisting(): Hoisting {
  const types: (NamedType | undefined)[] = [];
  const entries = new Map<ts.Type, Entry>();
  const stack: Entry[] = [];
  const endless = new Set<ts.Symbol>();

  const claimId = (entry: Entry): number => {
    if (entry.id === undefined) entry.id = types.push(undefined) - 1;
    return entry.id;
  };

  const isTooDeep = ({ name, family }: Composite): boolean => {
    if (stack.length >= maxTypeDepth) return true;
    if (family === undefined) return false;
    const nesting = stack.filter((entry) => entry.composite.family === family).length;
    if (nesting >= maxSelfNesting && name !== undefined) endless.add(family);
    return nesting > 0 && endless.has(family);
  };

  const readComposite = (composite: Composite, site: Site): TypeNode => {
    const known = entries.get(composite.type.compilerType);
    if (known !== undefined) return known.result ?? { kind: "reference", id: claimId(known) };
    if (isTooDeep(composite)) return unsupported(site, "too-deep", familyName(composite));
    const entry: Entry = { composite, id: undefined, result: undefined };
    entries.set(composite.type.compilerType, entry);
    stack.push(entry);
    const body = composite.body(site);
    stack.pop();
    const isHoisted = entry.id !== undefined || (composite.name !== undefined && mayHoist(body));
    if (!isHoisted) {
      // The next use is read again, so that problems are reported for each place.
      entries.delete(composite.type.compilerType);
      return body;
    }
    const id = claimId(entry);
    types[id] = { name: composite.name ?? nameWithin(stack), type: withName(body, composite.name) };
    entry.result = { kind: "reference", id };
    return entry.result;
  };

  return { types: types as NamedType[], readComposite };
}

function mayHoist(type: TypeNode): boolean {
  return type.kind === "object" || type.kind === "union" || type.kind === "one-of" || type.kind === "tuple";
}

function withName(type: TypeNode, name: string | undefined): TypeNode {
  const isNameable = type.kind === "object" || type.kind === "union" || type.kind === "one-of";
  return isNameable && type.name === undefined && name !== undefined ? { ...type, name } : type;
}

/** A name for a type that has none of its own but contains itself. */
function nameWithin(stack: readonly Entry[]): string {
  const named = stack.findLast((entry) => entry.composite.name !== undefined);
  return `${named?.composite.name ?? "Anonymous"}Part`;
}

function familyName({ name, family }: Composite): string {
  return family?.getName() ?? name ?? "type";
}
