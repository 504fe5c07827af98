import type { CallMessage, NotifyMessage } from "../wire/message.js";
import type { ExportedTarget } from "./references/exported-target.js";
import type { Announced } from "./references/imports.js";

/** A call as it came. */
export type InboundMessage = CallMessage | NotifyMessage;

/** A call that waits, with the length of its message. */
export interface DeferredCall {
  readonly message: InboundMessage;
  readonly bytes: number;
  /** What it refers to. */
  readonly announced: Announced | undefined;
  /** The object that it is a call of, if the peer held it when it came: the peer may have released it since. Undefined for a service. */
  readonly target: ExportedTarget | undefined;
  /** Objects that are held for it: its target, and what the peer sends back with it. */
  readonly kept: readonly ExportedTarget[];
}

/** What calls are of: services, or objects and functions that were given by reference. */
export type CalledKind = "service" | "object";

/** What a waiting call costs beside its bytes: a decoded message of a few bytes is an object or three. */
const overheadBytes = 1024;

/** A place in one of the two lines. */
interface Place {
  readonly call: DeferredCall;
  readonly line: Line;
  /** How many had come before. */
  readonly arrival: number;
  before: Place | undefined;
  after: Place | undefined;
}

interface Line {
  first: Place | undefined;
  last: Place | undefined;
}

/**
 * Calls that wait to be started, in the order in which they came; those of one kind may go ahead while the others have to wait. Every operation takes the same
 * time however many there are.
 */
export class DeferredCalls {
  readonly maxBytes: number;
  /** By id; one-way calls, which have none, are in their line only. */
  readonly #byId = new Map<number, Place>();
  readonly #lines: { readonly [kind in CalledKind]: Line } = {
    service: { first: undefined, last: undefined },
    object: { first: undefined, last: undefined },
  };
  #bytes = 0;
  #size = 0;
  #arrivals = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** Whether calls of a kind wait. */
  hasOf(kind: CalledKind): boolean {
    return this.#lines[kind].first !== undefined;
  }

  get(id: number): DeferredCall | undefined {
    return this.#byId.get(id)?.call;
  }

  /** Counts a call that waits elsewhere; false if that would be more than may wait. */
  reserve(bytes: number): boolean {
    const cost = bytes + overheadBytes;
    if (this.#bytes + cost > this.maxBytes) return false;
    this.#bytes += cost;
    return true;
  }

  /** A call that was counted so does not wait any more. */
  giveBack(bytes: number): void {
    this.#bytes -= bytes + overheadBytes;
  }

  /** Adds a call; false if that would be more than may wait. */
  add(call: DeferredCall, kind: CalledKind): boolean {
    if (!this.reserve(call.bytes)) return false;
    this.#size++;
    const line = this.#lines[kind];
    const place: Place = { call, line, arrival: this.#arrivals++, before: line.last, after: undefined };
    if (line.last === undefined) line.first = place;
    else line.last.after = place;
    line.last = place;
    if (call.message.kind === "call") this.#byId.set(call.message.id, place);
    return true;
  }

  /** Takes the one that has waited longest, of those kinds that may start. */
  next(mayStart: (kind: CalledKind) => boolean): DeferredCall | undefined {
    const { service, object } = this.#lines;
    const first = service.first !== undefined && mayStart("service") ? service.first : undefined;
    const other = object.first !== undefined && mayStart("object") ? object.first : undefined;
    const earlier =
      first !== undefined && other !== undefined && other.arrival < first.arrival ? other : (first ?? other);
    return earlier && this.#take(earlier);
  }

  /** Takes the call with this id, if it waits. */
  remove(id: number): DeferredCall | undefined {
    const place = this.#byId.get(id);
    return place && this.#take(place);
  }

  /** Calls that have come to wait here so far. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** True while one of the first `arrivals` calls waits. */
  waitsSince(arrivals: number): boolean {
    const { service, object } = this.#lines;
    return (service.first?.arrival ?? arrivals) < arrivals || (object.first?.arrival ?? arrivals) < arrivals;
  }

  /** One-way calls that wait. */
  get oneWay(): number {
    return this.#size - this.#byId.size;
  }

  clear(): void {
    for (const one of Object.values(this.#lines)) {
      one.first = undefined;
      one.last = undefined;
    }
    this.#byId.clear();
    this.#bytes = 0;
    this.#size = 0;
  }

  #take({ call, line, before, after }: Place): DeferredCall {
    if (before === undefined) line.first = after;
    else before.after = after;
    if (after === undefined) line.last = before;
    else after.before = before;
    if (call.message.kind === "call") this.#byId.delete(call.message.id);
    this.giveBack(call.bytes);
    this.#size--;
    return call;
  }
}
