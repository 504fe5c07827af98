import fc from "fast-check";

const simple = [
  "string",
  "number",
  "boolean",
  "null",
  "undefined",
  "bigint",
  "Date",
  "Uint8Array",
  '"a"',
  "1",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a type
  "`x${number}`",
  "Lowercase<string>",
  "A",
  "B",
  "C<string>",
];

/** The declarations that the texts of `randomType` refer to. */
export const declarationsOfRandomTypes = `
interface A { a: string; b?: number; c: Date | null }
interface B { b: number; d: "x" | "y"; next?: A }
interface C<T> { a: T; items: T[] }
`;

/**
 * Returns the text of a random type that is made of the others; it may be one that does not travel.
 */
export const randomType: fc.Arbitrary<string> = anyType().filter(hasOneCollection);

/**
 * Returns true for at most one `Set` or `Map` in a type. Of several in a union, the compiler could
 * not choose one for a text that only shows its content.
 */
function hasOneCollection(type: string): boolean {
  return (type.match(/Set<|Map</g) ?? []).length < 2;
}

function anyType(): fc.Arbitrary<string> {
  return fc.letrec<{ type: string; object: string }>((tie) => ({
    object: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("A", "B", "C<number>", "{ e: 1; f?: null }"),
      tie("type").map((type) => `{ maybe: ${type}; h?: ${type} }`),
      tie("type").map((type) => `C<${type}>`),
      tie("type").map((type) => `Record<"i" | "j", ${type}>`),
      tie("object").map((type) => `Partial<${type}>`),
      tie("object").map((type) => `Required<${type}>`),
      tie("object").map((type) => `Readonly<${type}>`),
      fc.constantFrom('Pick<A, "a" | "b">', 'Omit<A, "a">', 'Omit<B, "d">', "Pick<B, never> & { k: 1 }"),
      fc.tuple(tie("object"), tie("object")).map(([one, other]) => `(${one} & ${other})`),
    ),
    type: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(...simple),
      tie("object"),
      tie("type").map((type) => `(${type})[]`),
      tie("type").map((type) => `[${type}, (${type})?]`),
      tie("type").map((type) => `Set<${type}>`),
      tie("type").map((type) => `Map<string, ${type}>`),
      tie("type").map((type) => `Record<string, ${type}>`),
      tie("type").map((type) => `NonNullable<${type}>`),
      fc.tuple(tie("type"), tie("type")).map(([one, other]) => `(${one} | ${other})`),
    ),
  })).type;
}
