/**
 * Names that JavaScript itself uses. A stub with `then` would pass for a promise, and members of
 * `Object.prototype` would become calls.
 */
const taken: ReadonlySet<string> = new Set([
  "",
  "then",
  "toJSON",
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** True if a stub can have a method of this name. */
export function isUsableMethodName(name: string): boolean {
  return !taken.has(name);
}
