import type { LiteralValue, ParamModel, TextPattern, TypeNode, TypeTable } from "./type-node.js";

/** Longer names of anonymous types are cut, so that error messages stay readable. */
const maxPrintedLength = 60;

/**
 * Returns the type as TypeScript would print it, with union members in the model's order, so that
 * the text does not depend on the state of a compiler.
 *
 * @param type the type to print
 * @param table the named types of its contract
 */
export function printType(type: TypeNode, table: TypeTable): string {
  const text = print(type, table);
  return text.length > maxPrintedLength ? `${text.slice(0, maxPrintedLength - 3).trimEnd()}...` : text;
}

/** Returns a literal as source text: `"a"`, `1`, `10n`. */
export function printLiteral(value: LiteralValue): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Returns a form of text as TypeScript source: a template literal type, or `Uppercase<string>`. */
export function printPattern(pattern: TextPattern): string {
  if (typeof pattern === "string") return pattern;
  if ("in" in pattern) return `${pattern.in}<${printPattern(pattern.of)}>`;
  const { texts, parts } = pattern;
  const placed = parts.map((part, index) => `\${${printPattern(part)}}${escapeText(texts[index + 1]!)}`);
  return `\`${escapeText(texts[0]!)}${placed.join("")}\``;
}

function escapeText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/\\"/g, '"')
    .replaceAll(/`|\$\{/g, "\\$&");
}

function print(type: TypeNode, table: TypeTable): string {
  switch (type.kind) {
    case "primitive":
      return type.name === "date" ? "Date" : type.name === "bytes" ? "Uint8Array" : type.name;
    case "typed-array":
      return type.name;
    case "literal":
      return printLiteral(type.value);
    case "text":
      return printPattern(type.pattern);
    case "one-of":
      return type.name ?? type.values.map(printLiteral).join(" | ");
    case "array":
      return `${printItem(type.item, table)}[]`;
    case "tuple":
      return `[${printTupleItems(type, table).join(", ")}]`;
    case "record":
      return `Record<string, ${print(type.value, table)}>`;
    case "map":
      return `Map<${print(type.key, table)}, ${print(type.value, table)}>`;
    case "set":
      return `Set<${print(type.item, table)}>`;
    case "object":
      return type.name ?? printFields(type, table);
    case "union":
      return type.name ?? type.members.map((member) => printMember(member, table)).join(" | ");
    case "stream":
      return type.form === "Readable" ? type.form : `${type.form}<${print(type.item, table)}>`;
    case "function":
      return `(${printParams(type.params, table)}) => ${printFunctionResult(type.result, table)}`;
    case "service":
      return type.name;
    case "subscription":
      return "Subscription";
    case "signal":
      return "AbortSignal";
    case "reference":
      return table[type.id]?.name ?? "...";
    case "unsupported":
      return type.problem.subject;
  }
}

function printItem(type: TypeNode, table: TypeTable): string {
  const text = printMember(type, table);
  const isCompound = (type.kind === "union" || type.kind === "one-of") && type.name === undefined;
  return isCompound ? `(${text})` : text;
}

function printMember(type: TypeNode, table: TypeTable): string {
  const text = print(type, table);
  return type.kind === "function" ? `(${text})` : text;
}

function printParams(params: readonly ParamModel[], table: TypeTable): string {
  const texts = params.map(({ name, type, optional, rest }) =>
    rest ? `...${name}: ${printItem(type, table)}[]` : `${name}${optional ? "?" : ""}: ${print(type, table)}`,
  );
  return texts.join(", ");
}

function printFunctionResult(type: TypeNode, table: TypeTable): string {
  const isVoid = type.kind === "primitive" && type.name === "void";
  return isVoid ? "void" : `Promise<${print(type, table)}>`;
}

function printTupleItems(type: Extract<TypeNode, { kind: "tuple" }>, table: TypeTable): string[] {
  const firstOptional = type.items.length - type.optional;
  const items = type.items.map((item, index) =>
    index < firstOptional ? print(item, table) : `${printItem(item, table)}?`,
  );
  return type.rest === undefined ? items : [...items, `...${printItem(type.rest, table)}[]`];
}

function printFields(type: Extract<TypeNode, { kind: "object" }>, table: TypeTable): string {
  const fields = type.fields.map((f) => `${f.name}${f.optional ? "?" : ""}: ${print(f.type, table)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
}
