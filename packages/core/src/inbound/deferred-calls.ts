import { RpcError } from "../errors/rpc-error.js";
import type { ExportedTarget } from "../references/exported-target.js";
import type { Announced } from "../references/imports.js";
import type { Limits } from "../transport/limits.js";
import type { CallMessage, NotifyMessage } from "../wire/messages/call.js";
import { BudgetShare, callBudgets } from "./process-budget.js";

/** A call as it came. */
export type InboundMessage = CallMessage | NotifyMessage;

/** A call that waits, with the length of its message. */
export interface DeferredCall {
  /** Of a call that waits, the arguments have bytes of their own. */
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

/** Bytes that a waiting call costs beside its message: an object or three. */
const overheadBytes = 1024;

/** The memory that a call takes while it runs. */
export function runningBytes({ message, announced }: Pick<DeferredCall, "message" | "announced">): number {
  return message.args.decodedBytes + (announced?.bytes ?? 0);
}

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
  readonly #limits: Pick<Limits, "maxDeferredBytes" | "maxProcessBytes">;
  readonly #share: BudgetShare;
  /** By id; one-way calls, which have none, are in their line only. */
  readonly #byId = new Map<number, Place>();
  readonly #lines: { readonly [kind in CalledKind]: Line } = {
    service: { first: undefined, last: undefined },
    object: { first: undefined, last: undefined },
  };
  #bytes = 0;
  #size = 0;
  #arrivals = 0;

  constructor(limits: Pick<Limits, "maxDeferredBytes" | "maxProcessBytes">) {
    this.#limits = limits;
    this.#share = new BudgetShare(callBudgets.waiting, limits.maxProcessBytes);
  }

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** The call of a kind that has waited longest. */
  first(kind: CalledKind): DeferredCall | undefined {
    return this.#lines[kind].first?.call;
  }

  get(id: number): DeferredCall | undefined {
    return this.#byId.get(id)?.call;
  }

  /** Counts a call that waits elsewhere. Returns why it may not wait, if so. */
  reserve(bytes: number): RpcError | undefined {
    const cost = bytes + overheadBytes;
    const { maxDeferredBytes, maxProcessBytes } = this.#limits;
    if (this.#bytes + cost > maxDeferredBytes) return refused(`maxDeferredBytes = ${maxDeferredBytes} bytes`);
    if (!this.#share.hasRoom(cost))
      return refused(`maxProcessBytes = ${maxProcessBytes} bytes, of all peers,`);
    this.#bytes += cost;
    this.#share.add(cost);
    return undefined;
  }

  /** A call that was counted so does not wait any more. */
  giveBack(bytes: number): void {
    this.#bytes -= bytes + overheadBytes;
    this.#share.remove(bytes + overheadBytes);
  }

  /** Adds a call. Returns why it may not wait, if so. */
  add(call: DeferredCall, kind: CalledKind): RpcError | undefined {
    const refusal = this.reserve(call.bytes);
    if (refusal !== undefined) return refusal;
    this.#size++;
    const line = this.#lines[kind];
    const place: Place = { call, line, arrival: this.#arrivals++, before: line.last, after: undefined };
    if (line.last === undefined) line.first = place;
    else line.last.after = place;
    line.last = place;
    if (call.message.kind === "call") this.#byId.set(call.message.id, place);
    return undefined;
  }

  /** Takes the one that has waited longest, of those that may start. */
  next(mayStart: (kind: CalledKind, call: DeferredCall) => boolean): DeferredCall | undefined {
    const { service, object } = this.#lines;
    const first =
      service.first !== undefined && mayStart("service", service.first.call) ? service.first : undefined;
    const other =
      object.first !== undefined && mayStart("object", object.first.call) ? object.first : undefined;
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
    this.#share.clear();
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

function refused(limit: string): RpcError {
  return new RpcError(
    "resourceExhausted",
    `calls that hold ${limit} wait to be started: make fewer at once, or raise the limit where they are received`,
  );
}
