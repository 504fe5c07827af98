import type { Node, Type, ts } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import type { Site } from "./site.js";

/** A type that may have a name or contain itself, with the function that reads it. */
export interface Composite {
  readonly type: Type;
  readonly name: string | undefined;
  /** The declaration that instances of one generic type share. */
  readonly family: ts.Symbol | undefined;
  /** Set if the type always has its own table entry. */
  readonly declaration: Node | undefined;
  readonly body: (site: Site) => TypeNode;
}

/** A type that is being read, or that has an entry in the table. */
export interface Entry {
  readonly composite: Composite;
  /** Place of its first use, or of one with a shorter path that was found before it was read. */
  site: Site;
  /** The type that contains its first use. */
  readonly parent: Entry | undefined;
  /** Number of enclosing types that are read in the same recursion. */
  readonly depth: number;
  /** True if it is read by `readPending`. */
  readonly isPending: boolean;
  id: number | undefined;
  /** Undefined while the type is being read. */
  result: TypeNode | undefined;
}

/** Returns an entry and the types around it, innermost first. */
export function ancestors(innermost: Entry | undefined): readonly Entry[] {
  const found: Entry[] = [];
  for (let entry = innermost; entry !== undefined; entry = entry.parent) found.push(entry);
  return found;
}
