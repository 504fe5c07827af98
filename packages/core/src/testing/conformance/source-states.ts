import { RpcError } from "../../errors/rpc-error.js";
import { KeptByKey } from "./kept-by-key.js";
import type { SourceState } from "./streams.service.js";

/** The same state, while it changes. */
export type GrowingState = { -readonly [Name in keyof SourceState]: SourceState[Name] };

/** The states of the sources of streams, by key. */
export class SourceStates {
  readonly #states = new KeptByKey<GrowingState>();

  of(key: string): SourceState {
    return this.#states.get(key) ?? { produced: 0, ended: "not begun", thrown: null };
  }

  /** Starts the state of a source that updates it itself. */
  begin(key?: string): GrowingState {
    const state: GrowingState = { produced: 0, ended: "no", thrown: null };
    if (key !== undefined) this.#states.set(key, state);
    return state;
  }

  /** Returns the same items and records their end under a key. */
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
}
