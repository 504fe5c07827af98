import { KeptByKey } from "./kept-by-key.js";
import type { Counter, CounterState } from "./references.service.js";
import { OutOfStock } from "./references.service.js";

const states = new KeptByKey<{ made: number; disposed: number }>();

/** A counter that counts its creation and disposal by its key, at either side. */
export class TestCounter implements Counter {
  readonly #key: string;
  readonly #disposed: () => void;
  #value: number;

  constructor(key: string, start: number, disposed = () => {}) {
    this.#key = key;
    this.#value = start;
    this.#disposed = disposed;
    const state = states.get(key) ?? { made: 0, disposed: 0 };
    state.made++;
    states.set(key, state);
  }

  static state(key: string): CounterState {
    return { ...(states.get(key) ?? { made: 0, disposed: 0 }) };
  }

  async increment(by: number) {
    this.#value += by;
    return this.#value;
  }

  async fork() {
    return new TestCounter(this.#key, this.#value);
  }

  async *upTo(end: number) {
    while (this.#value < end) yield ++this.#value;
  }

  async fail() {
    throw new OutOfStock("counter", BigInt(this.#value));
  }

  [Symbol.dispose]() {
    const state = states.get(this.#key);
    if (state !== undefined) state.disposed++;
    this.#disposed();
  }
}
