/** A switch that holds listeners for a while. */
export class Pause {
  #on: PromiseWithResolvers<void> | undefined;

  get isOn(): boolean {
    return this.#on !== undefined;
  }

  toggle(): void {
    if (this.#on === undefined) {
      this.#on = Promise.withResolvers();
    } else {
      this.#on.resolve();
      this.#on = undefined;
    }
  }

  /** Resolves when the pause is off. */
  async whileOn(): Promise<void> {
    while (this.#on !== undefined) await this.#on.promise;
  }
}
