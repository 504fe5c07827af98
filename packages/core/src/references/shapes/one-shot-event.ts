/** An event that happens once. Listeners that come later receive it at once. */
export class OneShotEvent<T extends object> {
  #value: T | undefined;
  readonly #listeners = new Set<(value: T) => void>();
  #promise: Promise<T> | undefined;

  /** Resolves with the event; never rejects. */
  get promise(): Promise<T> {
    this.#promise ??= new Promise((resolve) => this.watch(resolve));
    return this.#promise;
  }

  /** Emits the event. Returns false if it has happened before. */
  emit(value: T): boolean {
    if (this.#value !== undefined) return false;
    this.#value = value;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(value);
    return true;
  }

  /**
   * Calls the listener at the event, or at once if it has happened.
   * @returns a function that removes the listener.
   */
  watch(listener: (value: T) => void): () => void {
    if (this.#value !== undefined) {
      listener(this.#value);
      return () => {};
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
