import { categoryOf, type WireCategory } from "./categories.js";
import { LazyShape } from "./lazy-shape.js";
import { LookalikeMembers } from "./lookalike-members.js";
import { ObjectShape } from "./object-shape.js";
import { OneOfShape } from "./scalar-shapes.js";
import type { Conversion, Direction, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";
import { type CategoryTable, type Joined, joined, tableOf } from "./union-categories.js";
import { firstThatFits } from "./union-match.js";

/**
 * A union. It finds the member by the category of the value, then by the discriminant if there is
 * one. Only the members that are left are tried in order. Tables are built on first use, because
 * members may be recursive.
 */
export class UnionShape implements Shape {
  readonly kind = "union";
  readonly label: string;
  readonly #members: readonly Shape[];
  readonly #discriminant: string | undefined;
  #sends: Joined | undefined;
  #receives: Joined | undefined;
  #senders: CategoryTable | undefined;
  #receivers: CategoryTable | undefined;
  #byTag: ReadonlyMap<unknown, Shape> | undefined;
  #lookalikes: LookalikeMembers | undefined;

  constructor(label: string, members: readonly Shape[], discriminant?: string) {
    this.label = label;
    this.#members = members;
    this.#discriminant = discriminant;
  }

  get parts(): readonly Shape[] {
    return this.#members;
  }

  get sends(): readonly WireCategory[] | undefined {
    this.#sends ??= { categories: joined(this.#members.map((member) => member.sends)) };
    return this.#sends.categories;
  }

  get receives(): readonly WireCategory[] | undefined {
    this.#receives ??= { categories: joined(this.#members.map((member) => member.receives)) };
    return this.#receives.categories;
  }

  convert(value: unknown, conversion: Conversion): unknown {
    const candidates = this.#table(conversion.direction).get(categoryOf(value)) ?? noMembers;
    if (candidates.length === 1) return (candidates[0] as Shape).convert(value, conversion);
    if (candidates.length === 0) throw new ShapeMismatch(this.label, kindOf(value));
    if (this.#discriminant !== undefined && categoryOf(value) === "object") {
      return this.#byDiscriminant(value as object, this.#discriminant).convert(value, conversion);
    }
    this.#lookalikes ??= new LookalikeMembers(this.label, this.#members);
    const matched = { union: this, lookalikes: this.#lookalikes, conversion };
    return firstThatFits(candidates, value, matched).converted;
  }

  #table(direction: Direction): CategoryTable {
    if (direction === "send") {
      this.#senders ??= tableOf(this.#members, (member) => member.sends);
      return this.#senders;
    }
    this.#receivers ??= tableOf(this.#members, (member) => member.receives);
    return this.#receivers;
  }

  #byDiscriminant(value: object, name: string): Shape {
    this.#byTag ??= tagsOf(this.#members, name);
    const tag: unknown = (value as Record<string, unknown>)[name];
    const member = this.#byTag.get(tag);
    if (member !== undefined) return member;
    const expected = [...this.#byTag.keys()].map(showLiteral).join(" | ");
    const mismatch =
      tag === undefined
        ? new ShapeMismatch(expected, "nothing")
        : new ShapeMismatch(expected, kindOf(tag), showLiteral(tag));
    throw ShapeMismatch.within(mismatch, name);
  }
}

const noMembers: readonly Shape[] = [];

/** Returns the literals of the discriminant, each with the member that it selects. */
function tagsOf(members: readonly Shape[], discriminant: string): ReadonlyMap<unknown, Shape> {
  const tags = new Map<unknown, Shape>();
  for (const member of members) {
    const object = member instanceof LazyShape ? member.target : member;
    if (!(object instanceof ObjectShape)) continue;
    const field = object.fields.find(({ name }) => name === discriminant);
    const literals = field?.shape instanceof LazyShape ? field.shape.target : field?.shape;
    if (literals instanceof OneOfShape) for (const value of literals.values) tags.set(value, object);
  }
  return tags;
}
