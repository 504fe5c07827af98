import { negativeZero } from "../codec/negative-zero.js";
import { asBytes, asDate } from "../runtime/brands.js";
import { bigintFromBytes, bigintToBytes, fits64Bits, maxBigintBytes } from "./bigint-bytes.js";
import type { WireCategory } from "./categories.js";
import type { Conversion, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";

type LiteralValue = string | number | boolean | bigint;

/** A shape whose value is a single MessagePack item. */
class ScalarShape implements Shape {
  readonly kind: string;
  readonly label: string;
  readonly sends: readonly WireCategory[];
  readonly receives: readonly WireCategory[];
  readonly convert: (value: unknown, conversion: Conversion) => unknown;

  constructor(
    kind: string,
    categories: { readonly sends: readonly WireCategory[]; readonly receives?: readonly WireCategory[] },
    convert: (value: unknown, conversion: Conversion) => unknown,
  ) {
    this.kind = kind;
    this.label = kind;
    this.sends = categories.sends;
    this.receives = categories.receives ?? categories.sends;
    this.convert = convert;
  }
}

/** True for a number that may be a decoded 64-bit integer, which is one from -2^53 to 2^53. */
function isExactInteger(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 53;
}

function mismatch(expected: string, value: unknown): ShapeMismatch {
  return new ShapeMismatch(expected, kindOf(value));
}

/** `string`. */
export const stringShape: Shape = new ScalarShape("string", { sends: ["string"] }, (value, { direction }) => {
  if (typeof value !== "string") throw mismatch("string", value);
  // UTF-8 has no lone surrogates. They would silently arrive as U+FFFD.
  if (direction === "send" && !value.isWellFormed())
    throw new ShapeMismatch("a well-formed string", "one with a lone surrogate");
  return value;
});

/** `number`. */
export const numberShape: Shape = new ScalarShape("number", { sends: ["number"] }, (value, { direction }) => {
  if (typeof value === "bigint") throw new ShapeMismatch("number", "an integer beyond ±(2^53 - 1)");
  if (typeof value !== "number") throw mismatch("number", value);
  return direction === "send" && Object.is(value, -0) ? negativeZero : value;
});

/** `boolean`. */
export const booleanShape: Shape = new ScalarShape("boolean", { sends: ["boolean"] }, (value) => {
  if (typeof value !== "boolean") throw mismatch("boolean", value);
  return value;
});

/** Steps to convert a number to a bigint. Bytes take one step each. */
const bigintSteps = 3;

/** `bigint`. */
export const bigintShape: Shape = new ScalarShape(
  "bigint",
  { sends: ["bigint"], receives: ["number", "bigint", "bytes"] },
  (value, conversion) => {
    const sending = conversion.direction === "send";
    if (typeof value === "bigint") {
      if (!sending || fits64Bits(value)) return value;
      const bytes = bigintToBytes(value);
      if (bytes === undefined)
        throw new ShapeMismatch(`bigint of at most ${maxBigintBytes} bytes`, "a longer one");
      return bytes;
    }
    if (!sending && isExactInteger(value)) {
      conversion.spendSteps(bigintSteps, "bigint");
      return BigInt(value);
    }
    const bytes = sending ? undefined : asBytes(value);
    if (bytes !== undefined) conversion.spendSteps(bytes.length, "bigint");
    const parsed = bytes === undefined ? undefined : bigintFromBytes(bytes);
    if (parsed === undefined) throw mismatch("bigint", value);
    return parsed;
  },
);

/** `undefined`. */
export const undefinedShape: Shape = new ScalarShape("undefined", { sends: ["undefined"] }, (value) => {
  if (value !== undefined) throw mismatch("undefined", value);
  return value;
});

/** `null`. */
export const nullShape: Shape = new ScalarShape("null", { sends: ["null"] }, (value) => {
  if (value !== null) throw mismatch("null", value);
  return value;
});

/** The result of a `Promise<void>`. A value that the handler has returned is not sent. */
export const voidShape: Shape = new ScalarShape(
  "void",
  { sends: ["undefined"], receives: ["null"] },
  (value, { direction }) => {
    if (direction === "send") return null;
    if (value !== null && value !== undefined) throw mismatch("void", value);
    return undefined;
  },
);

/** `Date`. */
export const dateShape: Shape = new ScalarShape("Date", { sends: ["date"] }, (value) => {
  const date = asDate(value);
  if (date === undefined) throw mismatch("Date", value);
  return date;
});

/** `Uint8Array`. */
export const bytesShape: Shape = new ScalarShape(
  "Uint8Array",
  { sends: ["bytes"] },
  (value, { direction }) => {
    const bytes = asBytes(value);
    if (bytes === undefined) throw mismatch("Uint8Array", value);
    if (direction === "send" && bytes.byteLength === 0) requireAttached(value as Uint8Array, "Uint8Array");
    return bytes;
  },
);

/**
 * Refuses a view whose buffer was transferred, or shrank below the view. Its `byteLength` is 0, as
 * that of an empty view. Its `length` is unreliable: code that V8 12 (Node 22) has optimized reads
 * the earlier length.
 * @throws {ShapeMismatch}
 */
export function requireAttached(view: { join(): string }, label: string): void {
  try {
    view.join(); // Throws for a view without its buffer.
  } catch {
    throw new ShapeMismatch(label, "one whose buffer is detached (transferred) or has become too short");
  }
}

/** One of a fixed set of literals: an enum, or a union of literals. */
export class OneOfShape implements Shape {
  readonly kind = "oneOf";
  readonly label: string;
  readonly sends: readonly WireCategory[];
  readonly receives: readonly WireCategory[];
  readonly values: ReadonlySet<LiteralValue>;
  readonly #hasBigint: boolean;

  constructor(label: string, values: readonly LiteralValue[]) {
    this.label = label;
    this.values = new Set(values);
    this.sends = [...new Set(values.map((value) => typeof value as WireCategory))];
    this.#hasBigint = this.sends.includes("bigint");
    this.receives = this.#hasBigint ? [...new Set<WireCategory>([...this.sends, "number"])] : this.sends;
  }

  convert(value: unknown, { direction }: Conversion): unknown {
    const sending = direction === "send";
    if (this.values.has(value as LiteralValue)) return sending && Object.is(value, -0) ? negativeZero : value;
    // A small bigint literal is decoded as a number.
    if (
      this.#hasBigint &&
      !sending &&
      Number.isSafeInteger(value) &&
      this.values.has(BigInt(value as number))
    ) {
      return BigInt(value as number);
    }
    throw new ShapeMismatch(this.label, kindOf(value), showLiteral(value));
  }
}

/** Exactly one literal. */
export function literalShape(value: LiteralValue): Shape {
  return new OneOfShape(showLiteral(value), [value]);
}
