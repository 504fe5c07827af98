import { carriesReferences } from "./carries-references.js";
import { categoryOf } from "./categories.js";
import { LazyShape } from "./lazy-shape.js";
import { assertArrivesAs, type LookalikeMembers } from "./lookalike-members.js";
import { isTooDeep } from "./nesting-limit.js";
import { ObjectShape } from "./object-shape.js";
import type { Conversion, Shape, UnionFit } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

/** Context of a value that is matched with the members of a union. */
export interface Matched {
  readonly union: Shape;
  readonly lookalikes: LookalikeMembers;
  readonly conversion: Conversion;
}

/** Steps for a member that was tried in vain, in addition to those inside of it. */
const wrongGuessSteps = 75;
/** Steps to remember a result inside a guess. */
const rememberSteps = 40;

/**
 * Finds the member that fits a value. A recursive union whose members look alike tries each of them
 * for a value and, inside each, the same members for its parts. Therefore results for parts are
 * remembered until the value is done, unless they may hold references.
 */
export function firstThatFits(candidates: readonly Shape[], value: unknown, matched: Matched): UnionFit {
  const { union, conversion } = matched;
  const likely = rank(candidates, value, matched);
  if (typeof value !== "object" || value === null) return firstThatConverts(likely, value, matched);
  if (!conversion.isGuessing || (conversion.exchange !== undefined && carriesReferences(union))) {
    return completed(firstThatConverts(likely, value, matched), value, matched);
  }
  const known = conversion.recall(union, value);
  if (known !== undefined) {
    if (known.fit === undefined) throw fitsNone(union, value);
    return known.fit;
  }
  conversion.spendSteps(rememberSteps, union.label);
  let fit: UnionFit | undefined;
  try {
    fit = completed(firstThatConverts(likely, value, matched), value, matched);
    return fit;
  } finally {
    conversion.remember(union, value, fit);
  }
}

/** Converts a value as one member, with the properties that others declare. */
export function convertAs(member: Shape, value: unknown, matched: Matched): UnionFit {
  return completed({ member, converted: member.convert(value, matched.conversion) }, value, matched);
}

/**
 * Adds the properties of an object that other members declare, if they arrive as the same kinds.
 */
function completed(fit: UnionFit, value: unknown, matched: Matched): UnionFit {
  const { union, lookalikes, conversion } = matched;
  const { member, converted } = fit;
  if (converted === value || !isObject(value) || !isObject(converted)) return fit;
  const complete = lookalikes.complete({ member, value, converted, conversion });
  if (complete === converted) return fit;
  if (conversion.direction === "send" && !carriesReferences(union)) {
    const data = union.kind === "taggedUnion" ? [union.parts!.indexOf(member), complete] : complete;
    assertArrivesAs(conversion.readBack(union, data), { value, sent: complete }, union);
  }
  return { member, converted: complete };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return categoryOf(value) === "object";
}

function firstThatConverts(likely: readonly Shape[], value: unknown, matched: Matched): UnionFit {
  const { union, conversion } = matched;
  if (likely.length === 1) {
    const member = likely[0] as Shape;
    return { member, converted: member.convert(value, conversion) };
  }
  let tooDeep: ShapeMismatch | undefined;
  for (const member of likely) {
    const attempt = conversion.attempt(member, value);
    if (attempt.fits) return { member, converted: attempt.converted };
    if (isTooDeep(attempt.thrown)) tooDeep = attempt.thrown;
    conversion.spendSteps(wrongGuessSteps, union.label);
  }
  throw tooDeep ?? fitsNone(union, value);
}

function fitsNone({ label }: Shape, value: unknown): ShapeMismatch {
  return new ShapeMismatch(label, `${kindOf(value)} that fits no member`);
}

/**
 * Sorts the members that may fit. Those with most of the value's properties come first, so that no
 * property is lost to a smaller type.
 */
function rank(candidates: readonly Shape[], value: unknown, matched: Matched): readonly Shape[] {
  if (candidates.length < 2 || categoryOf(value) !== "object") return candidates;
  const likely: Shape[] = [];
  const fits: number[] = [];
  for (const member of candidates) {
    const fit = fitOf(member, value as object, matched);
    if (fit < 0) continue;
    // The list is short: each is inserted before those that fit less well.
    let place = likely.length;
    while (place > 0 && (fits[place - 1] as number) < fit) {
      likely[place] = likely[place - 1] as Shape;
      fits[place] = fits[place - 1] as number;
      place--;
    }
    likely[place] = member;
    fits[place] = fit;
  }
  return likely;
}

function fitOf(member: Shape, value: object, { union, conversion }: Matched): number {
  const target = member instanceof LazyShape ? member.target : member;
  if (!(target instanceof ObjectShape)) return 0;
  return target.fit(value, conversion, union.label);
}
