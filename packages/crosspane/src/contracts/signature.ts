import type { Method, Param, Shape } from "@crosspane/core/stub-v1";

/** Returns a method as its contract says it: `find(prefix: string, options?: Options): Item[]`. */
export function signatureOf(method: Method): string {
  const result = method.kind === "notify" ? "void, one-way" : typeText(method.result);
  return `${method.name}(${method.params.map(paramText).join(", ")}): ${result}`;
}

function paramText({ name, shape, optional, rest }: Param): string {
  if (rest) return `...${name}: ${arrayText(shape)}`;
  return `${name}${optional ? "?" : ""}: ${typeText(shape)}`;
}

function typeText(shape: Shape): string {
  const [first, second] = shape.parts ?? [];
  switch (shape.kind) {
    case "array":
      return first === undefined ? shape.label : arrayText(first);
    case "map":
      return `Map<${first === undefined ? "" : typeText(first)}, ${second === undefined ? "" : typeText(second)}>`;
    case "set":
      return first === undefined ? shape.label : `Set<${typeText(first)}>`;
    case "record":
      return first === undefined ? shape.label : `Record<string, ${typeText(first)}>`;
    case "tuple":
      return `[${(shape.parts ?? []).map(typeText).join(", ")}]`;
    default:
      return shape.label;
  }
}

function arrayText(item: Shape): string {
  const text = typeText(item);
  return text.includes(" | ") ? `(${text})[]` : `${text}[]`;
}
