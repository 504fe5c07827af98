const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/** Returns a property name in code, quoted if necessary. */
export function propertyKey(name: string): string {
  return identifier.test(name) ? name : JSON.stringify(name);
}

/** Returns a string literal in code, with the quotes that need the least escaping. */
export function quote(text: string): string {
  const json = JSON.stringify(text);
  const isPlain =
    text.includes('"') && !text.includes("'") && json.length === text.length + 2 + text.split('"').length - 1;
  return isPlain ? `'${text}'` : json;
}

/** Returns the access to a property in code: `.name` or `["odd name"]`. */
export function propertyAccess(name: string): string {
  return identifier.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** Converts any text to one identifier in camelCase: `Page<Item>` becomes `pageOfItem`. */
export function camelCase(text: string): string {
  const words = text
    .replace(/</g, " Of ")
    .replace(/\[\]/g, " Array ")
    .replace(/\|/g, " Or ")
    .replace(/&|,/g, " And ")
    .split(/[^\p{ID_Continue}$]+/u)
    .filter((word) => word !== "");
  const joined = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  const name = joined === "" ? "anonymous" : joined[0]!.toLowerCase() + joined.slice(1);
  return identifier.test(name) ? name : `_${name}`;
}
