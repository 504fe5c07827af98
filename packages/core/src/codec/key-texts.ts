import { decodeText } from "./decode-text.js";

/** Number of keys that are kept, a power of two: those of the types of a large program. */
const slots = 1024;
/** Longer keys are data, not the names of fields, and are not kept. */
const maxNameBytes = 64;

/**
 * Keeps the keys of maps as strings, because the maps of a program have few different ones. An
 * engine finds a property faster by a string that it has seen before.
 */
export class KeyTexts {
  readonly #texts = new Array<string>(slots).fill("");

  /** Returns the text of a key. */
  get(bytes: Uint8Array, start: number, length: number): string {
    if (length > maxNameBytes) return decodeText(bytes, start, length);
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[start + i] as number), 0x0100_0193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const kept = this.#texts[slot] as string;
    if (kept.length === length && isText(kept, bytes, start)) return kept;
    const text = decodeText(bytes, start, length);
    // Only ASCII text has as many characters as bytes, so that it can be compared with bytes.
    if (text.length === length) this.#texts[slot] = text;
    return text;
  }
}

function isText(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
