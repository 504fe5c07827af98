import type { Hit } from "../file-index.service.js";

/**
 * Keeps the first hits by path and line, in whatever order they arrive, and never many more than
 * are wanted.
 */
export class FirstHits {
  readonly #limit: number;
  #hits: Hit[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the hits of one file, in the order of lines. */
  add(hits: readonly Hit[]): void {
    this.#hits.push(...hits.slice(0, this.#limit));
    if (this.#hits.length > 4 * this.#limit) this.#hits = this.sorted();
  }

  sorted(): Hit[] {
    const sorted = this.#hits.toSorted((a, b) =>
      a.path === b.path ? a.lineNumber - b.lineNumber : a.path < b.path ? -1 : 1,
    );
    return sorted.slice(0, this.#limit);
  }
}
