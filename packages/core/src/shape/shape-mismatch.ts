import { categoryOf } from "./categories.js";

/** A step into a value: a property name, an index, or text such as `.key` for a place that has no syntax. */
export type PathSegment = string | number;

const plainName = /^[A-Za-z_$][\w$]*$/;
const maxShownChars = 40;

/**
 * A value that is not of its declared type. Not an `Error`: a union may throw and catch several while it looks for its
 * member, and a stack would be the larger part of the cost. It never leaves core; callers see an `RpcError`.
 */
export class ShapeMismatch {
  readonly expected: string;
  readonly got: string;
  /** Filled from the inside out while the mismatch travels up. */
  readonly path: PathSegment[] = [];

  constructor(expected: string, got: string) {
    this.expected = expected;
    this.got = got;
  }

  /** The mismatch as seen from one level further out. */
  static within(thrown: unknown, segment: PathSegment): unknown {
    if (thrown instanceof ShapeMismatch) thrown.path.unshift(segment);
    return thrown;
  }

  /** `edits[3].price: expected number, got string` */
  describe(): string {
    const where = this.path.length === 0 ? "" : `${formatPath(this.path)}: `;
    return `${where}expected ${this.expected}, got ${this.got}`;
  }
}

/** The kind of a value for a message; never its content, which may be large or secret. */
export function kindOf(value: unknown): string {
  const category = categoryOf(value);
  switch (category) {
    case "bytes":
      return "Uint8Array";
    case "date":
      return Number.isNaN((value as Date).getTime()) ? "an invalid Date" : "Date";
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

/** A literal for a message, cut to a readable length. */
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

function formatPath(path: readonly PathSegment[]): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (plainName.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${showLiteral(segment)}]`;
  }
  return text;
}
