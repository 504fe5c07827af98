import { RpcError } from "../errors/rpc-error.js";
import type { PeerInfo } from "../transport/transport.js";

/** One rule of an `@allow` tag. A peer has to meet all its words. */
export interface PeerRule {
  /** The rule as it was written. */
  readonly text: string;
  readonly conditions: readonly PeerCondition[];
}

/** One word of a rule. */
interface PeerCondition {
  readonly text: string;
  /** Returns the reason why a peer does not meet it; undefined if it does. */
  readonly unmet: Unmet;
}

type Unmet = (peer: PeerInfo) => string | undefined;

const words: Readonly<Record<string, Unmet>> = {
  sameUser: unlessTrue((peer) => peer.sameUser),
  administrators: unlessTrue((peer) => peer.administrator),
  elevated: unlessTrue((peer) => peer.elevated),
};

const wordsWithValue: Readonly<Record<string, (value: string, rule: string) => Unmet>> = {
  image: imageCondition,
  signer: signerCondition,
};

const separators = /[\\/]/;

/**
 * Parses a rule: `sameUser`, `administrators`, `elevated`, `image PATH`, `signer NAME`, or several
 * of them. The value of the last two extends to the end of the rule, or is in quotation marks.
 * @throws {RpcError} `invalidArgument` for anything else, so that a typo never grants access.
 */
export function parsePeerRule(text: string): PeerRule {
  const conditions: PeerCondition[] = [];
  for (let rest = text.trim(); rest !== ""; ) {
    const word = /^\S+/.exec(rest)?.[0] ?? "";
    rest = rest.slice(word.length).trimStart();
    if (Object.hasOwn(words, word)) {
      conditions.push({ text: word, unmet: words[word] as Unmet });
      continue;
    }
    if (!Object.hasOwn(wordsWithValue, word)) {
      const known = [...Object.keys(words), ...Object.keys(wordsWithValue)].join(", ");
      throw invalid(text, `unknown word ${JSON.stringify(word)}; the words are ${known}`);
    }
    const [whole, quoted, plain] = /^(?:"([^"]*)"(?=\s|$)|([^"]+)$)/.exec(rest) ?? [""];
    const value = (quoted ?? plain ?? "").trim();
    if (value === "") throw invalid(text, `${word} needs a value, at its end or in quotation marks`);
    rest = rest.slice(whole.length).trimStart();
    const unmet = wordsWithValue[word]?.(value, text);
    if (unmet !== undefined) conditions.push({ text: `${word} ${value}`, unmet });
  }
  if (conditions.length === 0) throw invalid(text, "it has no word");
  return { text: text.trim(), conditions };
}

/**
 * Returns the reason why a peer does not meet any of the rules; undefined if it meets one. A fact
 * that the transport does not know counts as not met. The words of a rule are checked in order up
 * to the first unmet one. Facts for later words are not read.
 */
export function unmetRules(rules: readonly PeerRule[], peer: PeerInfo): string | undefined {
  if (rules.length === 0) return "no rule at all, which no peer meets";
  const unmet: string[] = [];
  for (const { text, conditions } of rules) {
    const missing = firstUnmet(conditions, peer);
    if (missing === undefined) return undefined;
    const { word, why } = missing;
    unmet.push(conditions.length === 1 ? `${text} (${why})` : `${text} (${word}: ${why})`);
  }
  return unmet.join(", or ");
}

function firstUnmet(
  conditions: readonly PeerCondition[],
  peer: PeerInfo,
): { readonly word: string; readonly why: string } | undefined {
  for (const { text, unmet } of conditions) {
    const why = unmet(peer);
    if (why !== undefined) return { word: text, why };
  }
  return undefined;
}

function unlessTrue(fact: (peer: PeerInfo) => boolean | undefined): Unmet {
  return (peer) => {
    const value = fact(peer);
    if (value === undefined) return notKnown(peer);
    return value ? undefined : "it is not";
  };
}

function notKnown({ transport }: PeerInfo): string {
  return `the transport ${transport} does not know`;
}

/** Condition on the signer: the exact name on the certificate. No other spelling matches. */
function signerCondition(name: string): Unmet {
  return (peer) => {
    const { signer } = peer;
    if (signer === name) return undefined;
    if (signer !== undefined) return `its program is signed by ${JSON.stringify(signer)}`;
    return peer.signatureError ?? notKnown(peer);
  };
}

/**
 * Condition on the program's path, in any case. `*` after a folder means each program directly in
 * it.
 */
function imageCondition(value: string, rule: string): Unmet {
  const anyInFolder = value.endsWith("*");
  const path = anyInFolder ? value.slice(0, -1) : value;
  if (!separators.test(path) || path.includes("*") || (anyInFolder && !separators.test(path.slice(-1)))) {
    throw invalid(rule, "image needs the full path of a program, or of a folder with \\* at its end");
  }
  return unlessTrue(({ imagePath }) => {
    if (imagePath === undefined) return undefined;
    if (!anyInFolder) return sameText(imagePath, path);
    const nameLength = imagePath.length - path.length;
    return (
      nameLength > 0 &&
      sameText(imagePath.slice(0, path.length), path) &&
      !separators.test(imagePath.slice(-nameLength))
    );
  });
}

/**
 * Compares texts apart from case, one character by one: letters that look alike differ, and so do
 * letters whose upper case has two characters.
 */
function sameText(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase() && a.toUpperCase() === b.toUpperCase();
}

function invalid(rule: string, why: string): RpcError {
  return new RpcError("invalidArgument", `the rule ${JSON.stringify(rule)} cannot be read: ${why}`);
}
