const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/** A property name in code, quoted if it has to be. */
export function propertyKey(name: string): string {
  return identifier.test(name) ? name : JSON.stringify(name);
}

/** A string literal in code, with the quotes that need the least escaping. */
export function quote(text: string): string {
  const json = JSON.stringify(text);
  const isPlain =
    text.includes('"') && !text.includes("'") && json.length === text.length + 2 + text.split('"').length - 1;
  return isPlain ? `'${text}'` : json;
}

/** Access to a property in code: `.name` or `["odd name"]`. */
export function propertyAccess(name: string): string {
  return identifier.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** Any text as one identifier in camelCase: `Page<Item>` becomes `pageOfItem`. */
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
