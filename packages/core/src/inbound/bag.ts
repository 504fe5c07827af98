/** What a {@link Bag} notes in its items. */
export interface Bagged {
  /** Where it is; -1 while it is in no bag. */
  place: number;
}

/** Items without an order. As a `Set`, but see `IdMap` for what that costs where items come and go. */
export class Bag<T extends Bagged> implements Iterable<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Does nothing for an item that is not in it. */
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
