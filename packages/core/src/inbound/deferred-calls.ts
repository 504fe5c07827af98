import { RpcError } from "../errors/rpc-error.js";
import type { ExportedTarget } from "../references/exported-target.js";
import type { Announced } from "../references/imports.js";
import type { Limits } from "../transport/limits.js";
import type { CallMessage, NotifyMessage } from "../wire/messages/call.js";
import { BudgetShare, callBudgets } from "./process-budget.js";

/** A received call. */
export type InboundMessage = CallMessage | NotifyMessage;

/** A call that may be queued. */
export interface DeferredCall {
  /** The message. The arguments of a queued call are a copy. */
  readonly message: InboundMessage;
  /** Length of the message. */
  readonly bytes: number;
  /** References in the arguments. */
  readonly announced: Announced | undefined;
  /**
   * The called object if the peer held it when the call arrived. It may have released it since.
   * Undefined for a service.
   */
  readonly target: ExportedTarget | undefined;
  /** Objects that are held for the call: its target, and objects that the peer sends back. */
  readonly kept: readonly ExportedTarget[];
}

/** Kind of a call's target: a service, or an object or function that the peer holds. */
export type CalledKind = "service" | "object";

/** Bytes that a queued call costs beside its message, for a few small objects. */
const overheadBytes = 1024;

/** Returns the bytes of memory that a call takes while it runs. */
export function runningBytes({ message, announced }: Pick<DeferredCall, "message" | "announced">): number {
  return message.args.decodedBytes + (announced?.bytes ?? 0);
}

/** An entry of one of the two queues. */
interface Entry {
  readonly call: DeferredCall;
  readonly queue: Queue;
  /** Number of calls that were queued before. */
  readonly arrival: number;
  before: Entry | undefined;
  after: Entry | undefined;
}

interface Queue {
  first: Entry | undefined;
  last: Entry | undefined;
}

/**
 * Queued calls in their order of arrival. Calls of one kind may start while those of the other kind
 * have to wait. Every operation takes constant time.
 */
export class DeferredCalls {
  readonly #limits: Pick<Limits, "maxDeferredBytes" | "maxProcessBytes">;
  readonly #share: BudgetShare;
  /** Entries by id. One-way calls have no id and are only in their queue. */
  readonly #byId = new Map<number, Entry>();
  readonly #queues: { readonly [kind in CalledKind]: Queue } = {
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

  /** Returns the first queued call of a kind. */
  first(kind: CalledKind): DeferredCall | undefined {
    return this.#queues[kind].first?.call;
  }

  get(id: number): DeferredCall | undefined {
    return this.#byId.get(id)?.call;
  }

  /** Counts a call that waits elsewhere. Returns an error if the limits do not allow it. */
  reserve(bytes: number): RpcError | undefined {
    const cost = bytes + overheadBytes;
    const { maxDeferredBytes, maxProcessBytes } = this.#limits;
    if (this.#bytes + cost > maxDeferredBytes) return refused(`maxDeferredBytes = ${maxDeferredBytes} bytes`);
    if (!this.#share.hasRoom(cost))
      return refused(`maxProcessBytes = ${maxProcessBytes} bytes of all peers together`);
    this.#bytes += cost;
    this.#share.add(cost);
    return undefined;
  }

  /** Subtracts a call that {@link reserve} has counted. */
  releaseBytes(bytes: number): void {
    this.#bytes -= bytes + overheadBytes;
    this.#share.remove(bytes + overheadBytes);
  }

  /** Queues a call. Returns an error if the limits do not allow it. */
  add(call: DeferredCall, kind: CalledKind): RpcError | undefined {
    const refusal = this.reserve(call.bytes);
    if (refusal !== undefined) return refusal;
    this.#size++;
    const queue = this.#queues[kind];
    const entry: Entry = { call, queue, arrival: this.#arrivals++, before: queue.last, after: undefined };
    if (queue.last === undefined) queue.first = entry;
    else queue.last.after = entry;
    queue.last = entry;
    if (call.message.kind === "call") this.#byId.set(call.message.id, entry);
    return undefined;
  }

  /** Removes and returns the earliest call that may start. */
  next(mayStart: (kind: CalledKind, call: DeferredCall) => boolean): DeferredCall | undefined {
    const { service, object } = this.#queues;
    const first =
      service.first !== undefined && mayStart("service", service.first.call) ? service.first : undefined;
    const other =
      object.first !== undefined && mayStart("object", object.first.call) ? object.first : undefined;
    const earlier =
      first !== undefined && other !== undefined && other.arrival < first.arrival ? other : (first ?? other);
    return earlier && this.#take(earlier);
  }

  /** Removes and returns the queued call with this id, if any. */
  remove(id: number): DeferredCall | undefined {
    const entry = this.#byId.get(id);
    return entry && this.#take(entry);
  }

  /** Number of calls that have been queued so far. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Returns true while one of the first `arrivals` calls is queued. */
  waitsSince(arrivals: number): boolean {
    const { service, object } = this.#queues;
    return (service.first?.arrival ?? arrivals) < arrivals || (object.first?.arrival ?? arrivals) < arrivals;
  }

  /** Number of queued one-way calls. */
  get oneWay(): number {
    return this.#size - this.#byId.size;
  }

  clear(): void {
    for (const one of Object.values(this.#queues)) {
      one.first = undefined;
      one.last = undefined;
    }
    this.#byId.clear();
    this.#share.clear();
    this.#bytes = 0;
    this.#size = 0;
  }

  #take({ call, queue, before, after }: Entry): DeferredCall {
    if (before === undefined) queue.first = after;
    else before.after = after;
    if (after === undefined) queue.last = before;
    else after.before = before;
    if (call.message.kind === "call") this.#byId.delete(call.message.id);
    this.releaseBytes(call.bytes);
    this.#size--;
    return call;
  }
}

function refused(limit: string): RpcError {
  return new RpcError(
    "resourceExhausted",
    `the queued calls hold ${limit}: make fewer calls at once, or raise the limit where they are received`,
  );
}
