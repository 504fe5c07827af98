import { Deadline } from "../call/deadline.js";
import { assertMs } from "../errors/assert-ms.js";

/** Detects that a server has been without clients for some time. Without a time it has no timer. */
export class IdleStop {
  readonly #idleMs: number | undefined;
  readonly #onIdle: () => void;
  #deadline: Deadline | undefined;
  #cancelled = false;

  /**
   * @throws {RpcError} `invalidArgument` for a time that is not a number of milliseconds from 1.
   */
  constructor(idleMs: number | undefined, onIdle: () => void) {
    if (idleMs !== undefined) assertMs("serve: idleTimeoutMs", idleMs, 1);
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** Updates the number of clients. To be called whenever it may have changed. */
  update(clients: number): void {
    if (this.#idleMs === undefined || this.#cancelled) return;
    if (clients === 0) {
      this.#deadline ??= new Deadline(this.#idleMs, this.#onIdle);
    } else {
      this.#deadline?.clear();
      this.#deadline = undefined;
    }
  }

  cancel(): void {
    this.#cancelled = true;
    this.#deadline?.clear();
  }
}
