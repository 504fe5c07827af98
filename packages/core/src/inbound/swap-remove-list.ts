/** An item of a {@link SwapRemoveList}. */
export interface ListItem {
  /** Index in the list; -1 while it is not in a list. */
  index: number;
}

/**
 * Items without an order, in a list from which an item is removed by swapping it with the last.
 * Used like a `Set`, without its cost for items that come and go (see `IdMap`).
 */
export class SwapRemoveList<T extends ListItem> implements Iterable<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.index = this.#items.push(item) - 1;
  }

  /** Removes an item; does nothing if it is not in the list. */
  delete(item: T): void {
    const { index } = item;
    if (this.#items[index] !== item) return;
    const last = this.#items.pop() as T;
    if (last !== item) {
      this.#items[index] = last;
      last.index = index;
    }
    item.index = -1;
  }

  clear(): void {
    for (const item of this.#items.splice(0)) item.index = -1;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
