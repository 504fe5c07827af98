/** Tags of a doc comment that affect calls. */
export interface DocTags {
  /** The names in `@throws {…}`, each once. */
  readonly throws: readonly string[];
  readonly isIdempotent: boolean;
  /** Text after each `@allow`, up to the end of its line. */
  readonly allow: readonly string[];
}

/**
 * Reads the tags of a doc comment. A tag may stand anywhere in a line, as in
 * `One item. @throws {Discontinued}`.
 */
export function readDocTags(lines: readonly string[]): DocTags {
  const prose = lines.map((line) => line.replace(/`[^`]*`/g, ""));
  const throws = prose.flatMap((line) => [...line.matchAll(/(?:^|\s)@throws\s+\{([^{}]*)\}/g)]);
  const names = throws.flatMap((match) => match[1]!.split("|").map((name) => name.trim()));
  return {
    throws: [...new Set(names)],
    isIdempotent: prose.some((line) => /(?:^|\s)@idempotent(?:\s|$)/.test(line)),
    allow: prose.flatMap((line) => {
      const match = /(?:^|\s)@allow(?=\s|$)(.*)$/.exec(line);
      return match === null ? [] : [match[1]!.trim()];
    }),
  };
}
