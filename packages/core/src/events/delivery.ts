import type { Method } from "../service/method.js";
import type { PreparedArgs } from "../service/service.js";
import { EncodedArgs } from "../session/prepared-args.js";
import type { EventEntry } from "./event-queue.js";

/** One event on its way to all who listen. */
export class Delivery<T> {
  readonly entry: EventEntry<T>;
  #prepared: PreparedArgs | undefined;

  constructor(entry: EventEntry<T>) {
    this.entry = entry;
  }

  /**
   * The arguments for remote listeners of this declaration, encoded for the first of them.
   * @throws {RpcError} `invalidArgument` if the value is not what is declared.
   */
  argsFor(method: Method): PreparedArgs {
    if (this.#prepared?.method !== method) {
      this.#prepared = new EncodedArgs(method, [this.entry.value, this.entry.id]);
    }
    return this.#prepared as PreparedArgs;
  }
}
