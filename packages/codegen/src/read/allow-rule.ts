const words: ReadonlySet<string> = new Set(["sameUser", "administrators", "elevated"]);
const wordsWithValue: ReadonlySet<string> = new Set(["image", "signer"]);

/**
 * Reads the rule of an `@allow` tag: `sameUser`, `administrators`, `elevated`, `image PATH`,
 * `signer NAME`, or several of them, with or without `and` between them. A value without quotation
 * marks extends to the end of the rule.
 *
 * @returns the rule in the form that `core` reads, or undefined if it is invalid
 */
export function readAllowRule(text: string): string | undefined {
  const conditions: string[] = [];
  for (let rest = text.trim(); rest !== ""; ) {
    const word = /^\S+/.exec(rest)![0];
    rest = rest.slice(word.length).trimStart();
    if (words.has(word)) conditions.push(word);
    else if (wordsWithValue.has(word)) {
      const value = /^(?:"[^"]+"(?=\s|$)|[^"]+$)/.exec(rest)?.[0];
      if (value === undefined || !isValue(word, value)) return undefined;
      conditions.push(`${word} ${value}`);
      rest = rest.slice(value.length).trimStart();
    } else if (word !== "and" || conditions.length === 0 || rest === "") return undefined;
  }
  return conditions.length === 0 ? undefined : conditions.join(" ");
}

/** True for a valid value. A program is named by its full path, or by its folder and `*`. */
function isValue(word: string, value: string): boolean {
  const plain = value.replaceAll('"', "").trim();
  if (word !== "image") return plain !== "";
  return /[\\/]/.test(plain) && !/\*(?!$)/.test(plain) && !/[^\\/]\*$/.test(plain);
}
