import { RpcError } from "../errors/rpc-error.js";
import { categoryOf, type WireCategory } from "./categories.js";
import { LazyShape } from "./lazy-shape.js";
import { ObjectShape } from "./object-shape.js";
import { OneOfShape } from "./scalar-shapes.js";
import type { Exchange, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";

/**
 * A union. The member is found by the category of the value, then by the discriminant where there is one; only what is left
 * is tried in order. Built on first use, because members may be recursive.
 */
export class UnionShape implements Shape {
  readonly kind = "union";
  readonly label: string;
  readonly #members: readonly Shape[];
  readonly #discriminant: string | undefined;
  #senders: CategoryTable | undefined;
  #receivers: CategoryTable | undefined;
  #byTag: ReadonlyMap<unknown, Shape> | undefined;

  constructor(label: string, members: readonly Shape[], discriminant?: string) {
    this.label = label;
    this.#members = members;
    this.#discriminant = discriminant;
  }

  get parts(): readonly Shape[] {
    return this.#members;
  }

  get sends(): readonly WireCategory[] | undefined {
    return joined(this.#members.map((member) => member.sends));
  }

  get receives(): readonly WireCategory[] | undefined {
    return joined(this.#members.map((member) => member.receives));
  }

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    const candidates = this.#table(sending).get(categoryOf(value)) ?? noMembers;
    if (candidates.length === 1)
      return (candidates[0] as Shape).convert(value, sending, levelsLeft, exchange);
    if (candidates.length === 0) throw new ShapeMismatch(this.label, kindOf(value));
    if (this.#discriminant !== undefined && categoryOf(value) === "object") {
      return this.#byDiscriminant(value as object, this.#discriminant).convert(
        value,
        sending,
        levelsLeft,
        exchange,
      );
    }
    return firstThatFits(candidates, value, { sending, levelsLeft, exchange, label: this.label }).converted;
  }

  #table(sending: boolean): CategoryTable {
    if (sending) {
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

/**
 * A union whose members look the same once on the wire (`Map | Set`, `number | bigint`): it travels as
 * `[index of the member, value]`.
 */
export class TaggedUnionShape implements Shape {
  readonly kind = "taggedUnion";
  readonly label: string;
  readonly receives = ["array"] as const;
  readonly #members: readonly Shape[];

  constructor(label: string, members: readonly Shape[]) {
    this.label = label;
    this.#members = members;
  }

  get parts(): readonly Shape[] {
    return this.#members;
  }

  get sends(): readonly WireCategory[] | undefined {
    return joined(this.#members.map((member) => member.sends));
  }

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    if (sending) {
      const category = categoryOf(value);
      const candidates = this.#members.filter((member) => member.sends?.includes(category) ?? true);
      const fit = firstThatFits(candidates, value, { sending, levelsLeft, exchange, label: this.label });
      return [this.#members.indexOf(fit.member), fit.converted];
    }
    if (!Array.isArray(value) || value.length !== 2)
      throw new ShapeMismatch(`[member, ${this.label}]`, kindOf(value));
    const member = Number.isInteger(value[0]) ? this.#members[value[0] as number] : undefined;
    if (member === undefined)
      throw new ShapeMismatch(`a member of ${this.label}`, `member ${showLiteral(value[0])}`);
    return member.convert(value[1], sending, levelsLeft, exchange);
  }
}

type CategoryTable = ReadonlyMap<WireCategory, readonly Shape[]>;

const noMembers: readonly Shape[] = [];
const allCategories: readonly WireCategory[] = [
  "string",
  "number",
  "bigint",
  "boolean",
  "undefined",
  "null",
  "array",
  "bytes",
  "typedArray",
  "date",
  "map",
  "set",
  "object",
];

function tableOf(
  members: readonly Shape[],
  categories: (member: Shape) => readonly WireCategory[] | undefined,
): CategoryTable {
  const table = new Map<WireCategory, Shape[]>();
  for (const member of members) {
    for (const category of categories(member) ?? allCategories) {
      const list = table.get(category);
      if (list === undefined) table.set(category, [member]);
      else list.push(member);
    }
  }
  return table;
}

function joined(
  lists: readonly (readonly WireCategory[] | undefined)[],
): readonly WireCategory[] | undefined {
  return lists.includes(undefined) ? undefined : [...new Set(lists.flatMap((list) => list ?? []))];
}

/** The literals of the discriminant, each with the member that it names. */
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

/**
 * Members that failed on second thoughts in one value, above which the value is refused. A recursive union whose members look alike
 * doubles the work with each level; at about 5 µs each this bound keeps the worst message within half a second.
 */
const maxWrongGuesses = 100_000;

let wrongGuesses = 0;

/** Begins a new value: what the one before has cost is forgotten. */
export function resetWrongGuesses(): void {
  wrongGuesses = 0;
}

/** Tries the candidates, those first that have the most of the value's properties, so that no property is lost to a smaller type. */
function firstThatFits(
  candidates: readonly Shape[],
  value: unknown,
  how: {
    readonly sending: boolean;
    readonly levelsLeft: number;
    readonly exchange: Exchange | undefined;
    readonly label: string;
  },
): { readonly member: Shape; readonly converted: unknown } {
  const likely = rank(candidates, value, how.sending);
  if (likely.length === 1) {
    const member = likely[0] as Shape;
    return { member, converted: member.convert(value, how.sending, how.levelsLeft, how.exchange) };
  }
  const mark = how.exchange?.mark ?? 0;
  for (const member of likely) {
    try {
      return { member, converted: member.convert(value, how.sending, how.levelsLeft, how.exchange) };
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      how.exchange?.forget(mark);
      if (++wrongGuesses > maxWrongGuesses) {
        const cure = "give its members a property that tells them apart";
        throw new RpcError("resourceExhausted", `the union ${how.label} takes too long to match: ${cure}`);
      }
    }
  }
  throw new ShapeMismatch(how.label, `${kindOf(value)} that fits no member`);
}

function rank(candidates: readonly Shape[], value: unknown, sending: boolean): readonly Shape[] {
  if (candidates.length < 2 || categoryOf(value) !== "object") return candidates;
  return candidates
    .map((member) => ({ member, fit: fitOf(member, value as object, sending) }))
    .filter(({ fit }) => fit >= 0)
    .sort((a, b) => b.fit - a.fit)
    .map(({ member }) => member);
}

function fitOf(member: Shape, value: object, sending: boolean): number {
  const target = member instanceof LazyShape ? member.target : member;
  return target instanceof ObjectShape ? target.fit(value, sending) : 0;
}
