import { isPlainObject } from "../runtime/brands.js";
import { carriesReferences } from "./carries-references.js";
import { categoryOf } from "./categories.js";
import { LazyShape } from "./lazy-shape.js";
import { isTooDeep } from "./nesting-limit.js";
import { type NamedField, ObjectShape, RecordShape, readField } from "./object-shape.js";
import { OneOfShape } from "./scalar-shapes.js";
import type { Conversion, Shape } from "./shape.js";
import { ShapeMismatch } from "./shape-mismatch.js";

/** An object that a member of a union has converted. */
export interface ConvertedObject {
  readonly member: Shape;
  readonly value: Properties;
  readonly converted: Properties;
  readonly conversion: Conversion;
}

type Properties = Readonly<Record<string, unknown>>;
type Leaf = ObjectShape | RecordShape;
type Lost = Pick<NamedField, "name" | "shape">;

/** Steps for a property that another member declares, in addition to those inside of it. */
const propertySteps = 30;

/**
 * Object types of a union that no property distinguishes. A value may have properties of several
 * of them, as in TypeScript. One member must fit. The properties that the others declare are added.
 */
export class LookalikeMembers {
  readonly #label: string;
  readonly #leaves: readonly Leaf[];
  readonly #leavesOf: ReadonlyMap<Shape, readonly Leaf[]>;
  readonly #hasRecord: boolean;
  readonly #declared = new Map<string, Declared>();

  constructor(label: string, members: readonly Shape[]) {
    this.#label = label;
    this.#leavesOf = new Map(members.map((member) => [member, leavesOf(member)]));
    this.#leaves = [...new Set([...this.#leavesOf.values()].flat())];
    this.#hasRecord = this.#leaves.some((leaf) => leaf instanceof RecordShape);
    for (const field of this.#leaves.flatMap(fieldsOf)) {
      const other = this.#declared.get(field.name);
      if (other === undefined)
        this.#declared.set(field.name, { name: field.name, field, contested: this.#hasRecord });
      else if (!isSame(other.field.shape, field.shape)) other.contested = true;
    }
  }

  /** Adds the properties that other members declare to the converted object. */
  complete(match: ConvertedObject): Properties {
    if (this.#leaves.length < 2 || !this.#isIncomplete(match)) return match.converted;
    const own = this.#leavesOf.get(match.member) as readonly Leaf[];
    let copy: Record<string, unknown> | undefined;
    for (const leaf of this.#leaves) {
      if (own.includes(leaf)) continue;
      match.conversion.spendInGuess(1 + fieldsOf(leaf).length, this.#label);
      if (isRuledOut(leaf, match)) continue;
      for (const { name, shape } of this.#lostIn(leaf, match)) {
        const added = this.#convert(shape, name, match);
        if (added === undefined) continue;
        const before = copy ?? match.converted;
        const merged = Object.hasOwn(before, name)
          ? merge(before[name], added.converted, (steps) => match.conversion.spendSteps(steps, this.#label))
          : added.converted;
        if (merged === before[name]) continue;
        copy ??= { ...match.converted };
        copy[name] = merged;
      }
    }
    return copy ?? match.converted;
  }

  /** False if no other member can add anything. The test is cheap for most values. */
  #isIncomplete({ value, converted }: ConvertedObject): boolean {
    if (converted === value) return false;
    if (this.#hasRecord) return true;
    for (const declared of this.#declared.values()) {
      if (isLost(readField(value, declared.field), converted, declared)) return true;
    }
    return false;
  }

  /** Returns the properties to which another member may add something, with its shapes for them. */
  #lostIn(leaf: Leaf, { value, converted }: ConvertedObject): readonly Lost[] {
    if (leaf instanceof ObjectShape)
      return leaf.fields.filter((field) =>
        isLost(readField(value, field), converted, this.#declared.get(field.name) as Declared),
      );
    if (!isPlainObject(value)) return [];
    return Object.keys(value)
      .filter((name) => name !== "__proto__" && isLost(value[name], converted, { name, contested: true }))
      .filter((name) => Object.hasOwn(converted, name) || !this.#declared.has(name))
      .map((name) => ({ name, shape: leaf.parts[0] as Shape }));
  }

  #convert(
    shape: Shape,
    name: string,
    { value, converted, conversion }: ConvertedObject,
  ): { readonly converted: unknown } | undefined {
    // The object's own member has already sent or received these references.
    if (Object.hasOwn(converted, name) && carriesReferences(shape)) return undefined;
    conversion.spendSteps(propertySteps, this.#label);
    conversion.enterLevel();
    const attempt = conversion.attempt(shape, value[name]);
    conversion.leaveLevel();
    if (attempt.fits) return attempt;
    if (isTooDeep(attempt.thrown)) throw attempt.thrown;
    return undefined;
  }
}

/** A property that some members declare. */
interface Declared extends Contest {
  readonly field: NamedField;
}

interface Contest {
  readonly name: string;
  /** True if members give it different shapes, of which each may add to the others. */
  contested: boolean;
}

/**
 * Compares an object with what its receiver will read.
 * @throws {ShapeMismatch} if a property arrives as another kind of value, such as a `Set` that
 * another member declares as an array.
 */
export function assertArrivesAs(read: unknown, { value, sent }: Sent, { label }: Shape): void {
  for (const name of Object.keys(sent)) {
    if (isSameKind((read as Properties)[name], value[name])) continue;
    const expected = `a property that one other member of ${label} declares`;
    throw ShapeMismatch.within(new ShapeMismatch(expected, "one that several declare differently"), name);
  }
}

interface Sent {
  readonly value: Properties;
  readonly sent: Properties;
}

function isSameKind(read: unknown, value: unknown): boolean {
  const category = categoryOf(read);
  if (category !== categoryOf(value)) return false;
  if (category === "object")
    return Object.entries(read as Properties).every(([name, item]) =>
      isSameKind(item, (value as Properties)[name]),
    );
  if (category !== "array" && category !== "map" && category !== "set") return true;
  const [items, others] = [[...(read as Iterable<unknown>)], [...(value as Iterable<unknown>)]];
  return items.length === others.length && items.every((item, index) => isSameKind(item, others[index]));
}

function leavesOf(member: Shape): readonly Leaf[] {
  const target = targetOf(member);
  if (target instanceof ObjectShape || target instanceof RecordShape) return [target];
  return target.kind === "union" || target.kind === "taggedUnion" ? target.parts!.flatMap(leavesOf) : [];
}

function fieldsOf(leaf: Leaf): readonly NamedField[] {
  return leaf instanceof ObjectShape ? leaf.fields : [];
}

function targetOf(shape: Shape): Shape {
  return shape instanceof LazyShape ? targetOf(shape.target) : shape;
}

/** True if two shapes are the same, or collections of the same shape. */
function isSame(a: Shape, b: Shape): boolean {
  const [left, right] = [targetOf(a), targetOf(b)];
  if (left === right) return true;
  if (left.kind !== right.kind || !["array", "set", "map", "record"].includes(left.kind)) return false;
  return left.parts!.every((part, index) => targetOf(part) === targetOf(right.parts![index] as Shape));
}

/** True if a literal, such as that of `kind`, rules out that a value is of this member. */
function isRuledOut(leaf: Leaf, { value, conversion }: ConvertedObject): boolean {
  for (const field of fieldsOf(leaf)) {
    const target = targetOf(field.shape);
    if (!(target instanceof OneOfShape)) continue;
    const item = readField(value, field);
    if (item !== undefined && !conversion.attempt(target, item).fits) return true;
  }
  return false;
}

/** True for a property that is not converted, or that is contested and may have lost a part. */
function isLost(item: unknown, converted: Properties, { name, contested }: Contest): boolean {
  if (item === undefined || converted[name] === item) return false;
  return !Object.hasOwn(converted, name) || (contested && isContainer(item));
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/** Merges two conversions of one value: the first, with the properties that it lacks. */
function merge(first: unknown, second: unknown, spendSteps: (count: number) => void): unknown {
  if (first === second || !isContainer(first) || !isContainer(second)) return first;
  spendSteps(1);
  if (Array.isArray(first) && Array.isArray(second)) {
    if (first.length !== second.length) return first;
    const items = first.map((item, index) => merge(item, second[index], spendSteps));
    return items.every((item, index) => item === first[index]) ? first : items;
  }
  if (first instanceof Map && second instanceof Map)
    return new Map([...first].map(([key, item]) => [key, merge(item, second.get(key), spendSteps)]));
  if (first instanceof Set && second instanceof Set)
    return new Set(merge([...first], [...second], spendSteps) as unknown[]);
  if (!isPlainObject(first) || !isPlainObject(second)) return first;
  const own = first as Properties;
  let copy: Record<string, unknown> | undefined;
  for (const [name, item] of Object.entries(second)) {
    const joined = Object.hasOwn(own, name) ? merge(own[name], item, spendSteps) : item;
    if (joined === own[name]) continue;
    copy ??= { ...own };
    copy[name] = joined;
  }
  return copy ?? own;
}
