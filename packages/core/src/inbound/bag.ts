/** An item of a {@link Bag}. */
export interface Bagged {
  /** Index in the list; -1 while it is not in a list. */
  place: number;
}

/**
 * Items without an order, in a list from which an item is removed by swapping it with the last.
 * Used like a `Set`, without its cost for items that come and go (see `IdMap`).
 */
export class Bag<T extends Bagged> implements Iterable<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Removes an item; does nothing if it is not in the list. */
  delete(item: T): void {
    const { place } = item;
    if (this.#items[place] !== item) return;
    const last = this.#items.pop() as T;
    if (last !== item) {
      this.#items[place] = last;
      last.place = place;
    }
    item.place = -1;
  }

  clear(): void {
    for (const item of this.#items.splice(0)) item.place = -1;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
