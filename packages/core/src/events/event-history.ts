import { RpcError } from "../errors/rpc-error.js";
import type { EventEntry } from "./event-queue.js";

/** The last events, with ids that identify the run of the program. */
export class EventHistory<T> {
  readonly #size: number;
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #entries: EventEntry<T>[] = [];
  #next = 0;

  /** @param size is the number of events that are kept. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Returns the id of a new event. */
  nextId(): string {
    return `${this.#run}-${this.#next++}`;
  }

  /** Keeps the event with the last id. */
  add(entry: EventEntry<T>): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#size) this.#entries.shift();
  }

  /**
   * Returns the events after the one with this id.
   * @throws {RpcError} `outOfRange` if some of them are not kept any more, or if the id is of
   * another run of the program.
   */
  after(id: string): readonly EventEntry<T>[] {
    const [run, number] = splitId(id);
    const first = this.#next - this.#entries.length;
    if (run === this.#run && number + 1 >= first && number < this.#next) {
      return this.#entries.slice(number + 1 - first);
    }
    throw new RpcError(
      "outOfRange",
      `the events after ${JSON.stringify(id.slice(0, 40))} are not kept any more: read the whole state again`,
    );
  }
}

function splitId(id: string): readonly [string, number] {
  const dash = id.lastIndexOf("-");
  const number = Number(id.slice(dash + 1));
  return [id.slice(0, Math.max(dash, 0)), Number.isInteger(number) ? number : -2];
}
