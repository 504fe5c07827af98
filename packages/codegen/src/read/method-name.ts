/**
 * Names that mean something to JavaScript itself: a stub with `then` would be taken for a promise, and the members of
 * every object would be replaced by calls.
 */
const taken: ReadonlySet<string> = new Set([
  "",
  "then",
  "toJSON",
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Whether a stub can have a method of this name. */
export function isUsableMethodName(name: string): boolean {
  return !taken.has(name);
}
