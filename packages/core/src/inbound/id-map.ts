/** Ids below this are indexes of an array. Well-behaved peers number their calls from 0. */
const denseIds = 65_536;

/**
 * Entries by non-negative integers, most of them small. A `Map` is slow here because of garbage
 * collection: it creates a new table as entries come and go, and each old table points to its
 * successor. Once one of them is promoted to the old generation, the whole chain stays alive with
 * all entries. That took a third of the time of a busy server.
 */
export class IdMap<T extends object> {
  readonly #dense: (T | undefined)[] = [];
  readonly #sparse = new Map<number, T>();

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  get(id: number): T | undefined {
    return id < denseIds ? this.#dense[id] : this.#sparse.get(id);
  }

  set(id: number, entry: T): void {
    if (id >= denseIds) {
      this.#sparse.set(id, entry);
      return;
    }
    // Fill holes: an array that ever had holes stays slower.
    while (this.#dense.length <= id) this.#dense.push(undefined);
    this.#dense[id] = entry;
  }

  delete(id: number): void {
    if (id >= denseIds) this.#sparse.delete(id);
    else if (id < this.#dense.length) this.#dense[id] = undefined;
  }

  clear(): void {
    this.#dense.length = 0;
    this.#sparse.clear();
  }
}
