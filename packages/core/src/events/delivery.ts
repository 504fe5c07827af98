import { snapshot } from "../call/snapshot.js";
import { EncodedArgs } from "../outbound/prepared-args.js";
import type { Method } from "../service/method.js";
import type { PreparedArgs } from "../service/service.js";
import type { EventEntry } from "./event-queue.js";

/** One event for all subscribers. */
export class Delivery<T> {
  #entry: EventEntry<T>;
  #isKept: boolean;
  readonly #prepared: PreparedArgs[] = [];

  /** @param isKept is true if the emitter cannot change the value. */
  constructor(entry: EventEntry<T>, isKept = false) {
    this.#entry = entry;
    this.#isKept = isKept;
  }

  get entry(): EventEntry<T> {
    return this.#entry;
  }

  /** Copies the value once, for subscribers that take it after `emit` has returned. */
  keep(): EventEntry<T> {
    if (this.#isKept) return this.#entry;
    this.#isKept = true;
    const { id, value } = this.#entry;
    try {
      this.#entry = { id, value: snapshot(value) };
    } catch {
      // A getter threw. It will throw again when the value is read.
    }
    return this.#entry;
  }

  /**
   * Returns the arguments for remote listeners of this declaration. Encodes them on the first call.
   * @throws {RpcError} `invalidArgument` if the value is not of the declared type.
   */
  argsFor(method: Method): PreparedArgs {
    const ready = this.#prepared.find((prepared) => prepared.method === method);
    if (ready !== undefined) return ready;
    const prepared = new EncodedArgs(method, [this.#entry.value, this.#entry.id]);
    this.#prepared.push(prepared);
    return prepared;
  }
}
