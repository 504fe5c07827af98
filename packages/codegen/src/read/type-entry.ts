import type { Node, Type, ts } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import type { Site } from "./site.js";

/** A type that may have a name or contain itself, and how to read it. */
export interface Composite {
  readonly type: Type;
  readonly name: string | undefined;
  /** The declaration that instances of one generic type share. */
  readonly family: ts.Symbol | undefined;
  /** Set if the type has an entry of its own wherever it is used. */
  readonly declaration: Node | undefined;
  readonly body: (site: Site) => TypeNode;
}

/** A type that is being read, or that has an entry in the table. */
export interface Entry {
  readonly composite: Composite;
  /** The place of its first use, or of one with a shorter path that was met before it was read. */
  site: Site;
  /** The type in which it was met. */
  readonly parent: Entry | undefined;
  /** Number of types around it that are read in one go. */
  readonly depth: number;
  /** True if it is read by `readPending`. */
  readonly isPending: boolean;
  id: number | undefined;
  /** Undefined while it is read. */
  result: TypeNode | undefined;
}

/** The types that a type is within, the innermost first. */
export function ancestors(innermost: Entry | undefined): readonly Entry[] {
  const found: Entry[] = [];
  for (let entry = innermost; entry !== undefined; entry = entry.parent) found.push(entry);
  return found;
}
