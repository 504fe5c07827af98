/**
 * Returns the canonical spelling of a transport's name. Names are compared without regard to case
 * and in Unicode's composed form (NFC). The media compare some kinds of names one way and others
 * another; this rule makes a name mean the same server over every transport.
 *
 * Letters are folded one by one, through upper case. A letter whose other case is longer stays as
 * it is.
 */
export function canonicalName(name: string): string {
  let folded = "";
  for (const letter of name.normalize("NFC")) folded += foldedLetter(letter);
  return folded;
}

function foldedLetter(letter: string): string {
  const upper = letter.toUpperCase();
  if (upper.length !== letter.length) return letter;
  const lower = upper.toLowerCase();
  return lower.length === letter.length ? lower : letter;
}
