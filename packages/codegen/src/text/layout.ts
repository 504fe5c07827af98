/** Longer lines are broken, one item to a line. */
const maxLineLength = 110;

/** A piece of code that can be laid out on one line or over several. */
export type Doc = string | Group;

/** Items between brackets. */
export interface Group {
  /** The code up to and including the bracket: `rpc.array(`. */
  readonly open: string;
  readonly items: readonly Doc[];
  readonly close: string;
  /** True if spaces go inside the brackets on one line: `{ a: 1 }`. */
  readonly padded: boolean;
  /**
   * Stands between the items instead of commas, and before each item that has a line of its own.
   */
  readonly operator?: string;
  /** True if a comma after the last line is a syntax error. */
  readonly isStrict?: true;
}

/** A call: `rpc.array(item)`. */
export function call(name: string, ...items: readonly Doc[]): Group {
  return { open: `${name}(`, items, close: ")", padded: false };
}

/** An array literal. */
export function list(items: readonly Doc[]): Group {
  return { open: "[", items, close: "]", padded: false };
}

/** An object literal of entries made by `entry`. */
export function braces(items: readonly Doc[]): Group {
  return { open: "{", items, close: "}", padded: true };
}

/** The type arguments of a type: `rpc.Same<A, B>`. */
export function generic(name: string, ...items: readonly Doc[]): Group {
  return { open: `${name}<`, items, close: ">", padded: false, isStrict: true };
}

/** A union of types. */
export function union(items: readonly Doc[]): Doc {
  return items.length === 1 ? items[0]! : { open: "", items, close: "", padded: false, operator: "|" };
}

/** The same code after a prefix: `name: value`. */
export function prefixed(prefix: string, doc: Doc): Doc {
  return typeof doc === "string" ? `${prefix}${doc}` : { ...doc, open: `${prefix}${doc.open}` };
}

/** The same code before a suffix: `item[]`. */
export function suffixed(doc: Doc, suffix: string): Doc {
  if (typeof doc === "string") return `${doc}${suffix}`;
  return doc.operator === undefined
    ? { ...doc, close: `${doc.close}${suffix}` }
    : { ...doc, open: `${doc.open}(`, close: `)${doc.close}${suffix}` };
}

/**
 * Lays code out.
 *
 * @param doc the code
 * @param options indentation of its first line, and the length of the text after its last, such as
 * a comma
 * @returns its text; the first line is not indented
 */
export function layOut(doc: Doc, options: { readonly indent: number; readonly suffix?: number }): string {
  const { indent, suffix = 1 } = options;
  const flat = flatten(doc);
  if (typeof doc === "string" || indent + flat.length + suffix <= maxLineLength) return flat;
  return hugLast(doc, indent) ?? breakAll(doc, indent);
}

/** Returns the code on one line. */
export function flatten(doc: Doc): string {
  if (typeof doc === "string") return doc;
  const inner = doc.items.map(flatten).join(doc.operator === undefined ? ", " : ` ${doc.operator} `);
  return doc.padded && inner !== "" ? `${doc.open} ${inner} ${doc.close}` : `${doc.open}${inner}${doc.close}`;
}

/**
 * Keeps the first arguments on the line of the call, `object("Item", {`, if only the last one has
 * to be broken.
 */
function hugLast(group: Group, indent: number): string | undefined {
  const last = group.items.at(-1);
  if (group.padded || typeof last !== "object" || group.items.length > 2) return undefined;
  if (last.open !== "{" && last.open !== "[") return undefined;
  const before = group.items.slice(0, -1);
  if (!before.every((item) => typeof item === "string")) return undefined;
  const head = `${group.open}${before.map((item) => `${item}, `).join("")}`;
  if (indent + head.length + 1 > maxLineLength) return undefined;
  return `${head}${breakAll(last, indent)}${group.close}`;
}

function breakAll(group: Group, indent: number): string {
  const { open, items, close, operator } = group;
  if (items.length === 0) return flatten(group);
  const pad = " ".repeat(indent + 2);
  const lines = items.map((item, index) => {
    const text = layOut(item, { indent: indent + 2 });
    if (operator !== undefined) return `${pad}${operator} ${text}`;
    return group.isStrict && index === items.length - 1 ? `${pad}${text}` : `${pad}${text},`;
  });
  const [first, last] =
    operator === undefined || close.startsWith(")") ? [open, close] : [`${open}(`, `)${close}`];
  return [first, ...lines, `${" ".repeat(indent)}${last}`].join("\n");
}
