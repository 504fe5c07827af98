import { RpcError } from "@crosspane/core";

const maxPatternChars = 500;

/**
 * Returns a function that matches paths against a pattern: `*` is any part of a name, `**` any
 * number of folders.
 *
 * The time of a match grows with the pattern times the path. A glob library makes a regular
 * expression of the pattern, and a caller could write one that blocks the server for minutes.
 * @throws {RpcError} `invalidArgument` for a pattern that is empty or too long
 */
export function createMatcher(pattern: string): (path: string) => boolean {
  if (pattern === "" || pattern.length > maxPatternChars) {
    throw new RpcError(
      "invalidArgument",
      `a pattern has from 1 to ${maxPatternChars} characters, this one ${pattern.length}`,
    );
  }
  const parts = pattern.split("/");
  return (path) => matches({ parts, star: "**", isMatch: isNameMatch }, path.split("/"));
}

function isNameMatch(pattern: string, name: string): boolean {
  return (
    pattern === name ||
    (pattern.includes("*") && matches({ parts: pattern, star: "*", isMatch: Object.is }, name))
  );
}

interface Pattern {
  readonly parts: ArrayLike<string>;
  /** The part that stands for any items. */
  readonly star: string;
  readonly isMatch: (part: string, item: string) => boolean;
}

/**
 * Matches a sequence against a pattern in which `star` stands for any items. Only the latest star
 * may need another try.
 */
function matches({ parts, star, isMatch }: Pattern, items: ArrayLike<string>): boolean {
  let part = 0;
  let item = 0;
  let retry: { readonly part: number; item: number } | undefined;
  while (item < items.length) {
    const wanted = parts[part];
    if (wanted === star) {
      part += 1;
      retry = { part, item };
    } else if (wanted !== undefined && isMatch(wanted, items[item] as string)) {
      part += 1;
      item += 1;
    } else if (retry !== undefined) {
      retry.item += 1;
      ({ part, item } = retry);
    } else {
      return false;
    }
  }
  while (parts[part] === star) part += 1;
  return part === parts.length;
}
