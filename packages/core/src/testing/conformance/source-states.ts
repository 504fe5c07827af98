import { RpcError } from "../../errors/rpc-error.js";
import { KeptByKey } from "./kept-by-key.js";
import type { SourceState } from "./streams.service.js";

/** The same, while it comes to it. */
export type GrowingState = { -readonly [Name in keyof SourceState]: SourceState[Name] };

/** What the sources of streams have come to, by key. */
export class SourceStates {
  readonly #states = new KeptByKey<GrowingState>();

  of(key: string): SourceState {
    return this.#states.get(key) ?? { produced: 0, ended: "not begun", thrown: null };
  }

  /** For a source that keeps its own state. */
  begin(key?: string): GrowingState {
    const state: GrowingState = { produced: 0, ended: "no", thrown: null };
    if (key !== undefined) this.#states.set(key, state);
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
}
