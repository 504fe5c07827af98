import type { WireCategory } from "./categories.js";
import { stringShape } from "./scalar-shapes.js";
import type { Conversion, Shape } from "./shape.js";
import { kindOf, ShapeMismatch, showLiteral } from "./shape-mismatch.js";

/** Names of TypeScript's intrinsic types that change the case of a text. */
export type TextCase = "Uppercase" | "Lowercase" | "Capitalize" | "Uncapitalize";

/**
 * Pattern of a string type. `texts` and `parts` are those of a template literal type: a text
 * before, between and after the parts. `string`, `number` and `bigint` are the types in `${}`.
 */
export type TextPattern = "string" | "number" | "bigint" | TemplatePattern | CasePattern;

interface TemplatePattern {
  readonly texts: readonly string[];
  readonly parts: readonly TextPattern[];
}

interface CasePattern {
  readonly in: TextCase;
  readonly of: TextPattern;
}

/**
 * A template literal type, or a type like `Uppercase<string>`: strings that match a pattern by
 * TypeScript's own rules.
 */
export class TextShape implements Shape {
  readonly kind = "text";
  readonly label: string;
  readonly sends: readonly WireCategory[] = ["string"];
  readonly receives: readonly WireCategory[] = ["string"];
  readonly pattern: TextPattern;

  constructor(label: string, pattern: TextPattern) {
    this.label = label;
    this.pattern = pattern;
  }

  convert(value: unknown, conversion: Conversion): unknown {
    if (typeof value !== "string") throw new ShapeMismatch(this.label, kindOf(value));
    stringShape.convert(value, conversion);
    if (!matches(value, this.pattern)) throw new ShapeMismatch(this.label, "string", showLiteral(value));
    return value;
  }
}

function matches(text: string, pattern: TextPattern): boolean {
  switch (pattern) {
    case "string":
      return true;
    case "number":
      return text !== "" && Number.isFinite(Number(text));
    case "bigint":
      return /^-?(?:0|[1-9]\d*|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(text);
    default:
      return "in" in pattern ? matchesCase(text, pattern) : matchesTemplate(text, pattern);
  }
}

/** Matches nested cases as one: `Capitalize<Lowercase<string>>` applies both. */
function matchesCase(text: string, pattern: CasePattern): boolean {
  let given = text;
  let inner: TextPattern = pattern;
  const outer: TextCase[] = [];
  while (typeof inner === "object" && "in" in inner) {
    outer.unshift(inner.in);
    inner = inner.of;
  }
  for (const each of outer) given = cases[each](given);
  return given === text && matches(text, inner);
}

/**
 * Matches each part with as little as possible, up to the first occurrence of the text after it.
 */
function matchesTemplate(text: string, { texts, parts }: TemplatePattern): boolean {
  const first = texts[0] ?? "";
  const last = texts.at(-1) ?? "";
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let start = first.length;
  return parts.every((part, index) => {
    const next = texts[index + 1] ?? "";
    const stop = index === parts.length - 1 ? end : next === "" ? start + 1 : text.indexOf(next, start);
    if (stop < start || stop > end) return false;
    const inner = text.slice(start, stop);
    start = stop + next.length;
    return matches(inner, part);
  });
}

const cases: Readonly<Record<TextCase, (text: string) => string>> = {
  Uppercase: (text) => text.toUpperCase(),
  Lowercase: (text) => text.toLowerCase(),
  Capitalize: (text) => text.charAt(0).toUpperCase() + text.slice(1),
  Uncapitalize: (text) => text.charAt(0).toLowerCase() + text.slice(1),
};
