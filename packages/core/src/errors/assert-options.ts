import { givenKind } from "./given-kind.js";
import { RpcError } from "./rpc-error.js";

/**
 * The options of a function by name. Write `satisfies OptionNames<…>`, so that the compiler finds a
 * missing one.
 */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Asserts that options are an object without unknown names. TypeScript reports these where it can;
 * JavaScript, a spread and a cast do not, and an ignored option shows much later.
 * @param where begins the message: `connect`.
 * @throws {RpcError} `invalidArgument` with the option that was probably meant and all that there
 * are.
 */
export function assertOptions(where: string, given: unknown, known: Readonly<Record<string, true>>): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const text = `${where}: the options must be an object, got ${givenKind(given)}`;
    throw new RpcError("invalidArgument", text);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    const meant = nearestName(name, names);
    const guess = meant === undefined ? "" : `; did you mean ${meant}?`;
    const end = guess === "" ? ";" : "";
    throw new RpcError(
      "invalidArgument",
      `${where}: unknown option ${name.slice(0, maxShownChars)}${guess}${end} the options are ${names.join(", ")}`,
    );
  }
}

const maxShownChars = 40;

/** Returns the name of a list that was probably meant, or undefined if none is close. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const lower = name.slice(0, maxShownChars).toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.max(2, Math.floor(lower.length / 3)) + 1;
  for (const known of names) {
    const other = known.toLowerCase();
    const withoutUnit = other.replace(/(ms|bytes|chars)$/, "");
    // A prefix, or a name with a further word, is close whatever its length.
    const isBegun = other.startsWith(lower) || lower.startsWith(withoutUnit);
    const edits = isBegun ? 1 : Math.min(distance(lower, other), distance(lower, withoutUnit));
    if (edits >= bestEdits) continue;
    best = known;
    bestEdits = edits;
  }
  return best;
}

/** Returns the Levenshtein distance: the number of characters to add, remove or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
