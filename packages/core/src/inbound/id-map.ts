/** Ids below this are indexes of an array; honest peers number their calls from 0. */
const denseIds = 65_536;

/**
 * Entries by whole numbers from 0, most of them small. A `Map` would do but for the collector: where entries come and go it makes one table
 * after the other, each old one points to its successor, and once one of them has lived long enough the whole chain is carried along
 * with all its entries. That took a third of the time of a busy server.
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
    // Without holes: an array with holes is slower for good.
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
