import { asDate } from "../runtime/brands.js";
import { categoryOf } from "./categories.js";

/** A step into a value: a declared name, an index, or a key that is itself data. */
export type PathSegment = string | number | { readonly key: string };

const plainName = /^[A-Za-z_$][\w$]*$/;
const maxShownChars = 40;
/** Steps after which a path is cut. That of a cyclic value has as many as there may be levels. */
const maxShownSegments = 24;

/**
 * Thrown for a value that is not of its declared type. It is not an `Error`: a union may throw and
 * catch several while it searches for its member, and a stack would be the larger part of the cost.
 * It never leaves core. Callers see an `RpcError`.
 */
export class ShapeMismatch {
  readonly expected: string;
  /** The kind of the value, never its content. */
  readonly got: string;
  /** The content, if it says more than the kind. Only for the side that the value comes from. */
  readonly content: string | undefined;
  /** Path to the value, filled from the inside out while the mismatch propagates. */
  readonly path: PathSegment[] = [];
  /** Marks instances. */
  readonly #brand = true;

  /**
   * Tests any value that a program throws. It never throws itself, unlike the default, which throws
   * for a revoked proxy.
   */
  static [Symbol.hasInstance](value: unknown): value is ShapeMismatch {
    return typeof value === "object" && value !== null && #brand in value;
  }

  constructor(expected: string, got: string, content?: string) {
    this.expected = expected;
    this.got = got;
    this.content = content;
  }

  /** Extends the path of a mismatch by a step from one level further out. */
  static within(thrown: unknown, segment: PathSegment): unknown {
    if (thrown instanceof ShapeMismatch) thrown.path.unshift(segment);
    return thrown;
  }

  /**
   * Returns a text such as `edits[3].price: expected number, got string`.
   * @param hideContent for the other side: kinds instead of values, and no keys that are data.
   */
  describe(hideContent = false): string {
    const where = this.path.length === 0 ? "" : `${formatPath(this.path, hideContent)}: `;
    return `${where}expected ${this.expected}, got ${hideContent ? this.got : (this.content ?? this.got)}`;
  }
}

/** Returns the kind of a value for a message, never its content, which may be large or secret. */
export function kindOf(value: unknown): string {
  const category = categoryOf(value);
  switch (category) {
    case "bytes":
      return "Uint8Array";
    case "date":
      return asDate(value) === undefined ? "an invalid Date" : "Date";
    case "map":
      return "Map";
    case "set":
      return "Set";
    case "typedArray":
    case "object":
      return className(value as object);
    case "other":
      return typeof value;
    default:
      return category;
  }
}

/** Formats a literal for a message, cut to a readable length. */
export function showLiteral(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > maxShownChars ? `${value.slice(0, maxShownChars)}…` : value);
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return value > -(2n ** 64n) && value < 2n ** 64n ? `${value}n` : "bigint";
  return kindOf(value);
}

function className(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object"
    ? name.slice(0, maxShownChars)
    : "object";
}

function formatPath(path: readonly PathSegment[], hideContent: boolean): string {
  let text = "";
  for (const [depth, segment] of path.entries()) {
    if (depth === maxShownSegments) return `${text}…`;
    const name = typeof segment === "object" ? segment.key : segment;
    if (typeof name === "number") text += `[${name}]`;
    else if (hideContent && typeof segment === "object") text += "[key]";
    else if (plainName.test(name)) text += text === "" ? name : `.${name}`;
    else text += `[${showLiteral(name)}]`;
  }
  return text;
}
