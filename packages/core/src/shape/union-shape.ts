import { carriesReferences } from "./carries-references.js";
import { categoryOf, type WireCategory } from "./categories.js";
import {
  beginGuess,
  endGuess,
  isGuessing,
  recall,
  remember,
  spendInGuess,
  spendSteps,
} from "./conversion.js";
import { isTooDeep } from "./enter-level.js";
import { LazyShape } from "./lazy-shape.js";
import { assertArrivesAs, LookalikeMembers } from "./lookalike-members.js";
import { ObjectShape } from "./object-shape.js";
import { OneOfShape } from "./scalar-shapes.js";
import type { Exchange, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";

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
    this.#lookalikes ??= new LookalikeMembers(this.label, this.#members);
    const { converted } = firstThatFits(candidates, value, {
      union: this,
      lookalikes: this.#lookalikes,
      sending,
      levelsLeft,
      exchange,
    });
    return converted;
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

  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown {
    this.#lookalikes ??= new LookalikeMembers(this.label, this.#members);
    const matched = { union: this, lookalikes: this.#lookalikes, sending, levelsLeft, exchange };
    if (sending) {
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
    return completed(convertAs(member, value[1], matched), value[1], matched).converted;
  }
}

/**
 * Categories of all members together. They are cached, because a union around this one reads them
 * for each value.
 */
interface Joined {
  readonly categories: readonly WireCategory[] | undefined;
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

/** Context of a value that is matched with the members of a union. */
interface Matched {
  readonly union: Shape;
  readonly lookalikes: LookalikeMembers;
  readonly sending: boolean;
  readonly levelsLeft: number;
  readonly exchange: Exchange | undefined;
}

interface Fit {
  readonly member: Shape;
  readonly converted: unknown;
}

/** Steps for a member that was tried in vain, in addition to those inside of it. */
const wrongGuessSteps = 40;
/** Steps to remember a result inside a guess. */
const rememberSteps = 40;

/**
 * Finds the member that fits a value. A recursive union whose members look alike tries each of them
 * for a value and, inside each, the same members for its parts. Therefore results for parts are
 * remembered until the value is done, unless they may hold references.
 */
function firstThatFits(candidates: readonly Shape[], value: unknown, matched: Matched): Fit {
  const { union, sending, levelsLeft, exchange } = matched;
  const likely = rank(candidates, value, matched);
  if (typeof value !== "object" || value === null) return firstThatConverts(likely, value, matched);
  if (!isGuessing() || (exchange !== undefined && carriesReferences(union))) {
    return completed(firstThatConverts(likely, value, matched), value, matched);
  }
  const known = recall(union, value, sending, levelsLeft);
  if (known !== undefined) {
    if (known.fit === undefined) throw fitsNone(union, value);
    return known.fit;
  }
  spendInGuess(rememberSteps, union.label);
  let fit: Fit | undefined;
  try {
    fit = completed(firstThatConverts(likely, value, matched), value, matched);
    return fit;
  } finally {
    remember(value, { union, sending, levelsLeft, fit });
  }
}

/**
 * Adds the properties of an object that other members declare, if they arrive as the same kinds.
 */
function completed(fit: Fit, value: unknown, matched: Matched): Fit {
  const { union, lookalikes, sending, levelsLeft, exchange } = matched;
  const { member, converted } = fit;
  if (converted === value || !isObject(value) || !isObject(converted)) return fit;
  const complete = lookalikes.complete({ member, value, converted, sending, levelsLeft, exchange });
  if (complete === converted) return fit;
  if (sending && !carriesReferences(union)) {
    const data = union instanceof TaggedUnionShape ? [union.parts.indexOf(member), complete] : complete;
    assertArrivesAs(union.convert(data, false, levelsLeft), { value, sent: complete }, union);
  }
  return { member, converted: complete };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return categoryOf(value) === "object";
}

function firstThatConverts(likely: readonly Shape[], value: unknown, matched: Matched): Fit {
  const { union, exchange } = matched;
  if (likely.length === 1) return convertAs(likely[0] as Shape, value, matched);
  const mark = exchange?.mark ?? 0;
  let tooDeep: ShapeMismatch | undefined;
  for (const member of likely) {
    try {
      beginGuess();
      return convertAs(member, value, matched);
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      exchange?.forget(mark);
      if (isTooDeep(thrown)) tooDeep = thrown;
      spendSteps(wrongGuessSteps, union.label);
    } finally {
      endGuess();
    }
  }
  throw tooDeep ?? fitsNone(union, value);
}

function convertAs(member: Shape, value: unknown, { sending, levelsLeft, exchange }: Matched): Fit {
  return { member, converted: member.convert(value, sending, levelsLeft, exchange) };
}

function fitsNone({ label }: Shape, value: unknown): ShapeMismatch {
  return new ShapeMismatch(label, `${kindOf(value)} that fits no member`);
}

/**
 * Sorts the members that may fit. Those with most of the value's properties come first, so that no
 * property is lost to a smaller type.
 */
function rank(candidates: readonly Shape[], value: unknown, { union, sending }: Matched): readonly Shape[] {
  if (candidates.length < 2 || categoryOf(value) !== "object") return candidates;
  const likely: Shape[] = [];
  const fits: number[] = [];
  for (const member of candidates) {
    const fit = fitOf(member, value as object, sending, union.label);
    if (fit < 0) continue;
    // The list is short: each is inserted before those that fit less well.
    let place = likely.length;
    while (place > 0 && (fits[place - 1] as number) < fit) place--;
    likely.splice(place, 0, member);
    fits.splice(place, 0, fit);
  }
  return likely;
}

function fitOf(member: Shape, value: object, sending: boolean, label: string): number {
  const target = member instanceof LazyShape ? member.target : member;
  if (!(target instanceof ObjectShape)) return 0;
  spendSteps(1 + target.fields.length, label);
  return target.fit(value, sending);
}
