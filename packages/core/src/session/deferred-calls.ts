import type { CallMessage, NotifyMessage } from "../wire/message.js";
import type { Announced } from "./references/imports.js";

/** A call as it came. */
export type InboundMessage = CallMessage | NotifyMessage;

/** A call that waits, with the length of its message. */
export interface DeferredCall {
  readonly message: InboundMessage;
  readonly bytes: number;
  /** What it refers to. */
  readonly announced: Announced | undefined;
}

/** What a waiting call costs beside its bytes: a decoded message of a few bytes is an object or three. */
const overheadBytes = 1024;

/** Calls that wait to be started, in the order in which they came. Every operation takes the same time however many there are. */
export class DeferredCalls {
  readonly #maxBytes: number;
  /** By id; one-way calls, which have none, by negative numbers. */
  readonly #entries = new Map<number, DeferredCall>();
  /** Kept from one `next` to the other: a new one would walk over all that has been taken before. */
  #order: MapIterator<[number, DeferredCall]> | undefined;
  #bytes = 0;
  #notifies = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  /** Adds a call; false if that would be more than may wait. */
  add(message: InboundMessage, bytes: number, announced?: Announced): boolean {
    const cost = bytes + overheadBytes;
    if (this.#bytes + cost > this.#maxBytes) return false;
    this.#bytes += cost;
    this.#entries.set(message.kind === "call" ? message.id : -++this.#notifies, {
      message,
      bytes,
      announced,
    });
    return true;
  }

  /** Takes the one that has waited longest. */
  next(): DeferredCall | undefined {
    this.#order ??= this.#entries.entries();
    const step = this.#order.next();
    if (step.done === true) {
      this.#order = undefined;
      return undefined;
    }
    return this.#take(...step.value);
  }

  /** Takes the call with this id, if it waits. */
  remove(id: number): DeferredCall | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : this.#take(id, entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#order = undefined;
    this.#bytes = 0;
  }

  #take(key: number, entry: DeferredCall): DeferredCall {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes + overheadBytes;
    return entry;
  }
}
