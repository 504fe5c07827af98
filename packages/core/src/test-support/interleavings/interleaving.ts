import { RpcError } from "../../errors/rpc-error.js";
import { withOptions } from "../../outbound/client-stub.js";
import { defaultLimits, type Limits } from "../../transport/limits.js";
import { Flows } from "./flows.js";
import { type Answer, Ledger, type LedgerCall, other, type SideName } from "./ledger.js";
import { Side } from "./side.js";
import { SteppedConnection } from "./stepped-connection.js";
import { Work } from "./work.js";

/** The timers of the run, which stand still until they are advanced. */
export interface Clock {
  advance(ms: number): void;
  /** Number of timers that are set. */
  readonly timers: number;
}

/** Longer than everything that ends by itself: the time to drain, the last message of a session. */
const longMs = 60_000;

/**
 * Two sessions over one link, and the steps that a test may take. Every step ends when nothing
 * moves any more.
 */
export class Interleaving {
  readonly ledger = new Ledger();
  readonly sides: Readonly<Record<SideName, Side>>;
  readonly limits: Limits;
  /** Streams and references of the run. */
  readonly flows: Flows;
  readonly #clock: Clock;

  constructor(limits: Partial<Limits>, clock: Clock) {
    const [a, b] = SteppedConnection.pair();
    this.sides = { a: new Side(a), b: new Side(b) };
    this.limits = { ...defaultLimits, ...limits };
    this.flows = new Flows(this.sides, this.ledger, {
      mayRefuse: (by) => this.#mayRefuse(by),
      // While the running calls hold as much as allowed, callbacks wait as well, so that two sides
      // that ask each other would deadlock.
      mayAsk: this.limits.maxRunningBytes >= defaultLimits.maxRunningBytes,
    });
    this.#clock = clock;
  }

  async open(): Promise<void> {
    await Promise.all([this.sides.a.open("client", this.limits), this.sides.b.open("server", this.limits)]);
    for (const side of Object.values(this.sides)) side.link.hold();
  }

  call(by: SideName, timeoutMs: number): void {
    const { ledger } = this;
    const n = ledger.nextNumber();
    const controller = new AbortController();
    const call: LedgerCall = {
      n,
      by,
      deadlineMs: ledger.now + timeoutMs,
      controller,
      cancelled: false,
      answer: undefined,
      outcome: undefined,
    };
    ledger.calls.push(call);
    const work = withOptions(this.sides[by].connection.client(Work), {
      timeoutMs,
      signal: controller.signal,
    });
    const settled = (outcome: LedgerCall["outcome"]) => {
      if (call.outcome !== undefined) throw new Error(`call ${n} has settled twice`);
      call.outcome = outcome;
    };
    void work.run(n).then(
      (done) => settled(done.n === n ? "result" : "dataLoss"),
      (thrown) => settled(thrown instanceof RpcError ? thrown.code : "unknown"),
    );
  }

  note(by: SideName): void {
    try {
      this.sides[by].connection.client(Work).note(this.ledger.nextNumber());
    } catch (thrown) {
      if (this.ledger.enders.size === 0) throw thrown;
    }
  }

  cancel(call: LedgerCall): void {
    call.cancelled = true;
    call.controller.abort();
  }

  /** Ends a handler. */
  answer(at: SideName, n: number, how: Answer): void {
    const call = this.ledger.calls.find((each) => each.n === n);
    if (call === undefined) throw new Error(`call ${n} was not made`);
    call.answer = how;
    this.sides[at].end(n, ({ resolve, reject }) => {
      if (how === "result") resolve({ n });
      else if (how === "aborted") reject(new RpcError("aborted", "the handler will not"));
      else resolve({ n: "wrong" } as never);
    });
  }

  /** Lets messages through until the next step is over. */
  deliver(to: SideName, messages: number): void {
    this.sides[to].link.allow(messages);
  }

  pass(ms: number): void {
    this.ledger.now += ms;
    this.#clock.advance(ms);
  }

  close(by: SideName, drainMs: number): void {
    this.ledger.enders.add(by);
    this.sides[by].close(drainMs);
  }

  abort(by: SideName): void {
    this.ledger.enders.add(by);
    this.sides[by].connection.abort();
  }

  /** Breaks the link without an error. */
  cut(at: SideName): void {
    this.ledger.enders.add(at);
    this.sides[at].link.abort(new RpcError("unavailable", "cut"));
  }

  /** Waits until nothing is left to do without a further message, an answer or time. */
  async settleDown(): Promise<void> {
    await this.rest();
    for (const side of Object.values(this.sides)) side.link.hold();
  }

  /**
   * Waits for a turn of the event loop: everything that a program does at once has its effects in
   * it.
   */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Checks the conditions that must hold after every step. */
  check(): void {
    const { ledger, sides } = this;
    for (const call of ledger.overdue()) throw new Error(`call ${call.n} should have settled`);
    for (const call of ledger.calls) {
      const objection = call.outcome && ledger.objection(call, this.#mayRefuse(call.by));
      if (objection) throw new Error(objection);
    }
    for (const name of ["a", "b"] as const) {
      const side = sides[name];
      if (!isAscending(side.started)) throw new Error(`${name} has started ${side.started.join(", ")}`);
      const { running, calls } = side.counts as { running: number; calls: number };
      const handlers = side.running.size + side.flow.running;
      if (side.ended === undefined && running !== handlers)
        throw new Error(`${name} counts ${running} handlers, and ${handlers} run`);
      if (calls > this.limits.maxCallsInFlight) throw new Error(`${name} has ${calls} calls under way`);
      if (side.ended !== undefined && ledger.waiting(name).length > 0)
        throw new Error(`${name} has ended and left calls waiting`);
      if (side.ended !== undefined && side.closing > 0) throw new Error(`${name} has ended and close waits`);
    }
    this.flows.check();
    if (ledger.enders.size === 0 && (sides.a.ended ?? sides.b.ended) !== undefined)
      throw new Error(`the connection ended by itself: ${sides.a.ended?.error ?? sides.b.ended?.error}`);
  }

  /** Lets everything end, and checks that nothing is left. */
  async windDown(): Promise<void> {
    const { sides, ledger } = this;
    for (const side of Object.values(sides)) side.link.allow(Number.POSITIVE_INFINITY);
    await this.rest();
    this.#abandonedKnow();
    this.flows.abandonedKnow();
    // Queued calls may start one by one.
    for (let round = 0; round <= ledger.calls.length + this.flows.made; round++) {
      for (const name of ["a", "b"] as const) {
        for (const n of sides[name].running.keys()) this.answer(name, n, "result");
      }
      this.flows.finish();
      await this.rest();
    }
    this.check();
    // A side that drains may wait for time; another one has nothing to wait for.
    if (ledger.enders.size === 0) {
      this.#nothingUnderWay();
      this.#noTimers();
    }
    for (const name of ["a", "b"] as const) this.close(name, 0);
    await this.rest();
    this.pass(longMs);
    await this.rest();
    this.check();
    this.#nothingUnderWay();
    this.flows.finish();
    await this.rest();
    this.flows.nothingLeft();
    for (const [name, side] of Object.entries(sides)) {
      if (side.ended === undefined) throw new Error(`${name} did not come to its end`);
    }
    this.#noTimers();
  }

  /**
   * Checks that the handler of a call that was given up was cancelled, once every message has
   * arrived.
   */
  #abandonedKnow(): void {
    for (const call of this.ledger.calls) {
      const handler = this.sides[other(call.by)].running.get(call.n);
      if (call.outcome !== undefined && handler?.signal.aborted === false)
        throw new Error(`the handler of call ${call.n} was not told that nobody waits`);
    }
  }

  #nothingUnderWay(): void {
    const left = this.ledger.waiting().map(({ n }) => n);
    if (left.length > 0) throw new Error(`calls ${left.join(", ")} hang`);
    for (const [name, { counts }] of Object.entries(this.sides)) {
      if (Object.values(counts).some((count) => count !== 0))
        throw new Error(`${name} is left with ${JSON.stringify(counts)}`);
    }
  }

  #noTimers(): void {
    if (this.#clock.timers > 0) throw new Error(`${this.#clock.timers} timers are left`);
  }

  /** Returns true if a call of this side may have been refused for a limit. */
  #mayRefuse(by: SideName): boolean {
    const { limits, ledger, sides } = this;
    const made = ledger.calls.filter((call) => call.by === by).length + this.flows.made;
    return (
      limits.maxDeferredBytes < defaultLimits.maxDeferredBytes ||
      made > limits.maxCallsInFlight ||
      sides[other(by)].mostRunning >= limits.maxCallsInFlight
    );
  }
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number));
}
