import { categoryOf, type WireCategory } from "./categories.js";
import { LookalikeMembers } from "./lookalike-members.js";
import type { Conversion, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";
import { type Joined, joined } from "./union-categories.js";
import { convertAs, firstThatFits } from "./union-match.js";

/**
 * A union whose members look the same on the wire (`Map | Set`, `number | bigint`). It travels as
 * `[index of the member, value]`.
 */
export class TaggedUnionShape implements Shape {
  readonly kind = "taggedUnion";
  readonly label: string;
  readonly receives = ["array"] as const;
  readonly #members: readonly Shape[];
  #sends: Joined | undefined;
  #lookalikes: LookalikeMembers | undefined;

  constructor(label: string, members: readonly Shape[]) {
    this.label = label;
    this.#members = members;
  }

  get parts(): readonly Shape[] {
    return this.#members;
  }

  get sends(): readonly WireCategory[] | undefined {
    this.#sends ??= { categories: joined(this.#members.map((member) => member.sends)) };
    return this.#sends.categories;
  }

  convert(value: unknown, conversion: Conversion): unknown {
    this.#lookalikes ??= new LookalikeMembers(this.label, this.#members);
    const matched = { union: this, lookalikes: this.#lookalikes, conversion };
    if (conversion.direction === "send") {
      const category = categoryOf(value);
      const candidates = this.#members.filter((member) => member.sends?.includes(category) ?? true);
      const fit = firstThatFits(candidates, value, matched);
      return [this.#members.indexOf(fit.member), fit.converted];
    }
    if (!Array.isArray(value) || value.length !== 2)
      throw new ShapeMismatch(`[member, ${this.label}]`, kindOf(value));
    const member = Number.isInteger(value[0]) ? this.#members[value[0] as number] : undefined;
    if (member === undefined)
      throw new ShapeMismatch(`a member of ${this.label}`, `member ${showLiteral(value[0])}`);
    return convertAs(member, value[1], matched).converted;
  }
}
