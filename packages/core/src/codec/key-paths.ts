/** Slots of the table: four times the number of keys in the maps of an ordinary message. */
const tableSize = 8192;
/** Slots that are searched for a key before it counts as new. */
const probes = 8;
/** Longer keys are data, not the names of fields, and count as new. */
const maxNameBytes = 64;

/**
 * Distinguishes keys that a message repeats, such as the field names of a list of records, from new
 * keys. A JavaScript engine keeps one layout for the objects that got the same keys in the same
 * order, and every step that leaves the known layouts is expensive. So a key is identified by the
 * keys before it in its map.
 *
 * One table serves a thread. A path of an earlier message is older than {@link empty} and counts as
 * a free slot.
 */
export class KeyPaths {
  readonly #before = new Int32Array(tableSize);
  readonly #keyStart = new Int32Array(tableSize);
  readonly #keyLength = new Int32Array(tableSize);
  readonly #path = new Int32Array(tableSize);
  #bytes: Uint8Array = new Uint8Array(0);
  /** The path of no keys in this message; every path of it has a higher number. */
  empty = 0;
  #last = 0;
  /** True if no earlier map of the message took the last step. */
  wasNew = false;

  /** Starts a message. */
  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    // A message has fewer keys than bytes, so the numbers of one never run out.
    if (this.#last > 0x3fff_ffff) {
      this.#path.fill(0);
      this.#last = 0;
    }
    this.empty = ++this.#last;
  }

  /** Ends a message, so that its bytes are not held. */
  end(): void {
    this.#bytes = noBytes;
  }

  /** Returns the path that the key leads to. */
  step(before: number, start: number, length: number): number {
    this.wasNew = true;
    if (length > maxNameBytes) return ++this.#last;
    const bytes = this.#bytes;
    // Relative to the message's own beginning, so that its estimate is independent of earlier
    // messages.
    let hash = Math.imul(before - this.empty, 0x9e37_79b1) ^ length;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x0100_0193);
    hash ^= hash >>> 15;
    let free = -1;
    for (let probe = 0; probe < probes; probe++) {
      const place = (hash + probe) & (tableSize - 1);
      const path = this.#path[place] as number;
      if (path <= this.empty) {
        free = place;
        break;
      }
      if (this.#before[place] === before && this.#hasKey(place, start, length)) {
        this.wasNew = false;
        return path;
      }
    }
    const path = ++this.#last;
    if (free >= 0) {
      this.#before[free] = before;
      this.#keyStart[free] = start;
      this.#keyLength[free] = length;
      this.#path[free] = path;
    }
    return path;
  }

  #hasKey(place: number, start: number, length: number): boolean {
    if (this.#keyLength[place] !== length) return false;
    const bytes = this.#bytes;
    const known = this.#keyStart[place] as number;
    for (let i = 0; i < length; i++) if (bytes[known + i] !== bytes[start + i]) return false;
    return true;
  }
}

const noBytes = new Uint8Array(0);
