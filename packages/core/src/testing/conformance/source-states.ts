import { RpcError } from "../../errors/rpc-error.js";
import type { SourceState } from "./streams.service.js";

/** Keeps what a case may ask for later; a long run must not make it grow. */
const maxKeys = 1000;

/** The same, while it comes to it. */
export type GrowingState = { -readonly [Name in keyof SourceState]: SourceState[Name] };

/** What the sources of streams have come to, by key. */
export class SourceStates {
  readonly #states = new Map<string, GrowingState>();

  of(key: string): SourceState {
    return this.#states.get(key) ?? { produced: 0, ended: "not begun", thrown: null };
  }

  /** For a source that keeps its own state. */
  begin(key?: string): GrowingState {
    const state: GrowingState = { produced: 0, ended: "no", thrown: null };
    if (key !== undefined) this.#keep(key, state);
    return state;
  }

  /** The same items, whose end is kept under a key. */
  async *watch<T>(key: string | undefined, items: AsyncIterable<T>): AsyncGenerator<T> {
    const state = this.begin(key);
    try {
      for await (const item of items) {
        state.produced++;
        yield item;
      }
      state.ended = "done";
    } catch (thrown) {
      const { code, message } = RpcError.from(thrown);
      state.ended = "thrown";
      state.thrown = [code, message];
      throw thrown;
    } finally {
      if (state.ended === "no") state.ended = "left";
    }
  }

  #keep(key: string, state: GrowingState): void {
    for (const oldest of this.#states.keys()) {
      if (this.#states.size < maxKeys) break;
      this.#states.delete(oldest);
    }
    this.#states.set(key, state);
  }
}
