/**
 * Thrown for JSON that is not of the declared type, and for a value that JSON cannot say. It never
 * leaves the bridge. It is not an `Error`, because a union throws and catches several.
 */
export class JsonMismatch {
  readonly expected: string;
  readonly got: string;
  /** Path to the value, filled from the inside out while the mismatch propagates. */
  readonly path: (string | number)[] = [];

  constructor(expected: string, got: string) {
    this.expected = expected;
    this.got = got;
  }

  /** Extends the path of a mismatch by a step from one level further out. */
  static within(thrown: unknown, step: string | number): unknown {
    if (thrown instanceof JsonMismatch) thrown.path.unshift(step);
    return thrown;
  }

  /** Returns a text such as `edits[3].price: expected number, got string`. */
  describe(): string {
    let where = "";
    for (const step of this.path.slice(0, maxShownSteps)) {
      if (typeof step === "string" && plainName.test(step)) where += where === "" ? step : `.${step}`;
      else where += `[${JSON.stringify(step).slice(0, maxShownChars)}]`;
    }
    return `${where === "" ? "" : `${where}: `}expected ${this.expected}, got ${this.got}`;
  }
}

const plainName = /^[A-Za-z_$][\w$]*$/;
const maxShownSteps = 24;
const maxShownChars = 40;

/** Calls `convert` for a part of a value, and extends the path of its mismatch by `step`. */
export function at<T>(step: string | number, convert: () => T): T {
  try {
    return convert();
  } catch (thrown) {
    throw JsonMismatch.within(thrown, step);
  }
}

/** Returns the kind of a value for a message, never its content. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return "object";
  return value.constructor.name;
}
