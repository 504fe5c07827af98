import type { CapturedContext } from "../call/context-storage.js";
import { loopShare } from "../call/loop-share.js";
import type { MessageSender } from "../call/message-sender.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { Exports } from "../references/exports.js";
import { microtask } from "../runtime/real-time.js";
import type { Limits } from "../transport/limits.js";
import { Confirmations } from "./confirmations.js";
import { type CalledKind, type DeferredCall, DeferredCalls, runningBytes } from "./deferred-calls.js";
import type { RunningCalls } from "./running-calls.js";

/** Options for {@link CallQueue}. */
export interface CallQueueOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  readonly running: RunningCalls;
  readonly exports: Pick<Exports, "targetsOf" | "keep" | "letGo">;
  /** The context in which queued calls start. */
  readonly context: CapturedContext;
  readonly start: (call: DeferredCall) => void;
  /** Called when queued calls have started. */
  readonly onIdle: () => void;
}

/** A call that is not queued yet. Nothing is kept for it. */
export type ArrivedCall = Omit<DeferredCall, "kept">;

/**
 * Turns of the microtask queue within which a handler with a few awaits and no I/O has answered.
 */
const turnsToAnswer = 8;

/**
 * Decides when the peer's calls start, and queues those that cannot start yet. A call waits while
 * the peer does not read its answers, while the running calls of its kind use up the memory limit,
 * and during a synchronous call of this side.
 */
export class CallQueue {
  /** The queued calls. */
  readonly calls: DeferredCalls;
  readonly #options: CallQueueOptions;
  readonly #confirmations: Confirmations;
  #resuming = false;
  #stopped = false;
  /** Number of synchronous calls in flight. No handler may start inside one. */
  #holds = 0;

  constructor(options: CallQueueOptions) {
    this.#options = options;
    this.calls = new DeferredCalls(options.limits);
    this.#confirmations = new Confirmations(this.calls, options.sender);
  }

  /**
   * Returns true if a call may start before the queued calls. A one-way call also waits while the
   * concurrency limit is reached, because its caller would not see a refusal.
   */
  startsAtOnce(kind: CalledKind, call: ArrivedCall): boolean {
    if (!this.#mayStart(kind, call) || (this.calls.size > 0 && !this.#mayOvertake(kind))) return false;
    return call.message.kind === "call" || !this.#options.running.full;
  }

  /**
   * Queues a call, and keeps the objects that it needs until it starts. Returns an error if the
   * limits do not allow it.
   */
  add(kind: CalledKind, call: ArrivedCall): RpcError | undefined {
    const { exports } = this.#options;
    const kept = exports.targetsOf(call.target, call.announced?.received);
    const message = { ...call.message, args: call.message.args.copy() };
    const refusal = this.calls.add({ ...call, message, kept }, kind);
    if (refusal === undefined) for (const one of kept) exports.keep(one);
    return refusal;
  }

  /** Removes a queued call and hands it to `refuse`, which answers it. False if there is none. */
  refuse(id: number, refuse: (call: DeferredCall) => void): boolean {
    const waiting = this.calls.remove(id);
    if (waiting === undefined) return false;
    refuse(waiting);
    this.#releaseKept(waiting);
    return true;
  }

  /**
   * Starts queued calls as far as the limits allow. Called after congestion and when a handler has
   * ended. Calls start one at a time, and each gets a few turns to answer: a thousand may be
   * queued, and the first answers show whether the peer reads. Together they share the event loop
   * with the rest of the thread. Never throws.
   */
  resume(): void {
    // A handler that ends at once calls this again. The outer run continues.
    if (this.#resuming) return;
    this.#resuming = true;
    void this.#options.context.runInAsyncScope(this.#startWaiting, this, undefined);
  }

  /** Starts queued calls once the code that runs now has finished. */
  resumeSoon(): void {
    if (this.calls.size > 0) microtask(() => this.resume());
  }

  /** Queues all calls until {@link release}. */
  hold(): void {
    this.#holds++;
  }

  /** Starts the queued calls once the code that runs now has finished. */
  release(): void {
    this.#holds--;
    this.resumeSoon();
  }

  /** Confirms to the peer when the calls received so far have begun. */
  confirm(number: number): void {
    this.#confirmations.ask(number);
  }

  /** Sends the pending confirmation if no call delays it any more. */
  checkConfirmation(): void {
    this.#confirmations.check();
  }

  /** Removes all calls, because the connection has ended. Returns the number of one-way calls. */
  stop(): number {
    this.#stopped = true;
    const { oneWay } = this.calls;
    this.calls.clear();
    return oneWay;
  }

  async #startWaiting(): Promise<void> {
    const { running, start, onIdle } = this.#options;
    const mayStart = (kind: CalledKind, call: DeferredCall) => this.#mayStart(kind, call);
    while (!running.full && !this.#stopped) {
      const next = this.calls.next(mayStart);
      if (next === undefined) break;
      start(next);
      this.#releaseKept(next);
      this.#confirmations.check();
      for (let turn = 0; turn < turnsToAnswer; turn++) await undefined;
      const pause = loopShare.step();
      if (pause !== undefined) await pause;
    }
    this.#resuming = false;
    this.#confirmations.check();
    onIdle();
  }

  /** Returns true if a call may start now, apart from calls that are queued before it. */
  #mayStart(kind: CalledKind, call: ArrivedCall): boolean {
    const { sender, running } = this.#options;
    if (sender.congested || this.#holds > 0) return false;
    return running.hasRoom(kind, runningBytes(call));
  }

  /**
   * Returns true if all queued calls are of the other kind and cannot start yet. Calls of objects
   * overtake calls of services that wait for memory: running handlers may need them to finish.
   */
  #mayOvertake(kind: CalledKind): boolean {
    if (this.calls.first(kind) !== undefined) return false;
    const otherKind = kind === "service" ? "object" : "service";
    const other = this.calls.first(otherKind);
    return other === undefined || !this.#mayStart(otherKind, other);
  }

  /** Releases the objects that were held for a queued call. */
  #releaseKept({ kept }: DeferredCall): void {
    for (const one of kept) this.#options.exports.letGo(one);
  }
}
