/** Longer lines are broken, one item to a line. */
const maxLineLength = 110;

/** A piece of code that can be laid out on one line or over several. */
export type Doc = string | Group;

/** Items between brackets. */
export interface Group {
  /** Up to and including the bracket: `rpc.array(`. */
  readonly open: string;
  readonly items: readonly Doc[];
  readonly close: string;
  /** Whether spaces go inside of the brackets on one line: `{ a: 1 }`. */
  readonly padded: boolean;
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

/** The same code after a prefix: `name: value`. */
export function prefixed(prefix: string, doc: Doc): Doc {
  return typeof doc === "string" ? `${prefix}${doc}` : { ...doc, open: `${prefix}${doc.open}` };
}

/**
 * Lays code out.
 *
 * @param doc the code
 * @param options indentation of its first line, and the length of what follows its last, such as a comma
 * @returns its text; the first line is not indented
 */
export function layOut(doc: Doc, options: { readonly indent: number; readonly suffix?: number }): string {
  const { indent, suffix = 1 } = options;
  const flat = flatten(doc);
  if (typeof doc === "string" || indent + flat.length + suffix <= maxLineLength) return flat;
  return hugLast(doc, indent) ?? breakAll(doc, indent);
}

function flatten(doc: Doc): string {
  if (typeof doc === "string") return doc;
  const inner = doc.items.map(flatten).join(", ");
  return doc.padded && inner !== "" ? `${doc.open} ${inner} ${doc.close}` : `${doc.open}${inner}${doc.close}`;
}

/** `object("Item", {` keeps the first arguments on the line of the call when only the last one has to be broken. */
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
  if (group.items.length === 0) return flatten(group);
  const pad = " ".repeat(indent + 2);
  const lines = group.items.map((item) => `${pad}${layOut(item, { indent: indent + 2 })},`);
  return [group.open, ...lines, `${" ".repeat(indent)}${group.close}`].join("\n");
}
