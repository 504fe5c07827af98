/**
 * The one spelling of a transport's name that stands for all that mean the same: names are compared without regard to case and
 * in Unicode's composed form (NFC). What carries them compares some kinds of names so and others not; with one rule a name means
 * the same server over every transport.
 *
 * Letters are folded one by one, through upper case. A letter whose other case is longer stays as it is.
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
