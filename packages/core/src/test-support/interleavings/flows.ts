import type { Code } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import { withOptions } from "../../outbound/client-stub.js";
import { pipelined } from "../../outbound/pipelined.js";
import { release } from "../../references/shapes/handle.js";
import { Flow, type Item, type Tool } from "./flow.js";
import { type Ledger, other, type SideName } from "./ledger.js";
import type { Side } from "./side.js";
import { SteppedSource } from "./stepped-source.js";

/** A stream that one side reads. */
interface ReadStream {
  readonly n: number;
  readonly by: SideName;
  readonly iterator: AsyncIterator<Item, undefined>;
  begun: boolean;
  /** Reads that were started. */
  asked: number;
  taken: number;
  /** Number of the first read that brought no item. */
  end: number;
  /** Reads that have not settled. */
  reading: number;
  left: boolean;
  failed: boolean;
  outcome: "end" | Code | undefined;
}

/** A tool that one side holds or has asked for. */
interface HeldTool {
  readonly by: SideName;
  readonly proxy: Tool;
  released: boolean;
}

/** A stream that is the argument of a call. */
interface GivenStream {
  readonly source: SteppedSource;
  /** Cancels the call. */
  readonly controller: AbortController;
}

/** Behaviour that the limits of a run allow. */
interface FlowLimits {
  /** Returns true if a call of this side may be refused. */
  mayRefuse(by: SideName): boolean;
  /** True if handlers may call the caller back. */
  readonly mayAsk: boolean;
}

/**
 * The streams and references of an interleaving: the steps that a test may take, and the conditions
 * that must hold.
 */
export class Flows {
  /** Number of calls that both sides have made, which count towards their limits. */
  made = 0;
  readonly streams: ReadStream[] = [];
  readonly tools: HeldTool[] = [];
  readonly given: GivenStream[] = [];
  /** Cancels the first calls of chains. */
  readonly chains: AbortController[] = [];
  readonly #ledger: Ledger;
  readonly #sides: Readonly<Record<SideName, Side>>;
  /** The first error in something that is not awaited. */
  #wrong: string | undefined;
  /** Number of calls that have not settled. */
  #waiting = 0;
  readonly #limits: FlowLimits;

  constructor(sides: Readonly<Record<SideName, Side>>, ledger: Ledger, limits: FlowLimits) {
    this.#sides = sides;
    this.#ledger = ledger;
    this.#limits = limits;
  }

  open(by: SideName): void {
    const n = this.#ledger.nextNumber();
    const stream = this.#flow(by).items(n);
    this.streams.push({
      n,
      by,
      iterator: stream[Symbol.asyncIterator]() as AsyncIterator<Item, undefined>,
      begun: false,
      asked: 0,
      taken: 0,
      end: Number.POSITIVE_INFINITY,
      reading: 0,
      left: false,
      failed: false,
      outcome: undefined,
    });
  }

  read(stream: ReadStream, items: number): void {
    for (let i = 0; i < items; i++) {
      if (!stream.begun) this.made++;
      stream.begun = true;
      stream.reading++;
      const nth = stream.asked++;
      stream.iterator.next().then(
        (step) => this.#took(stream, nth, step),
        (thrown) => this.#broke(stream, nth, thrown),
      );
    }
  }

  /** Stops the reader of a stream. */
  leave(stream: ReadStream, how: "return" | "throw"): void {
    stream.left = true;
    const left = how === "return" ? stream.iterator.return?.() : stream.iterator.throw?.(new Error("enough"));
    this.#waiting++;
    left?.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
  }

  /** Passes a stream as an argument. */
  give(by: SideName): void {
    const n = this.#ledger.nextNumber();
    const source = new SteppedSource(n);
    const given: GivenStream = { source, controller: new AbortController() };
    this.given.push(given);
    const { signal } = given.controller;
    const made = withOptions(this.#flow(by), { signal }).collect(n, source);
    const isAll = (count: number) => count === source.given && source.ended === "done";
    this.#watch({ by, made }, isAll, () => (signal.aborted ? ["aborted", "cancelled"] : ["aborted"]));
  }

  /** All sources that have not been told to end. */
  get sources(): readonly SteppedSource[] {
    const served = Object.values(this.#sides).flatMap(({ flow }) => [...flow.sources.values()]);
    return [...served, ...this.given.map(({ source }) => source)].filter(({ finishing }) => !finishing);
  }

  ask(by: SideName): void {
    if (!this.#limits.mayAsk) return;
    const n = this.#ledger.nextNumber();
    let asked = 0;
    // Makes this side call back.
    this.made++;
    const made = this.#flow(by).ask(n, async (value) => {
      asked++;
      return value + 1;
    });
    this.#watch(
      { by, made },
      (answer) => answer === n + 1 && asked === 1,
      () =>
        // Or the callback is refused.
        this.#limits.mayRefuse(other(by)) ? ["resourceExhausted"] : [],
    );
  }

  lend(by: SideName): void {
    const made = this.#flow(by).lend(this.#ledger.nextNumber());
    this.#watch({ by, made }, (proxy) => this.tools.push({ by, proxy, released: false }) > 0);
  }

  /** Calls tools that are still to be lent. */
  chain(by: SideName): void {
    const controller = new AbortController();
    const { signal } = controller;
    this.chains.push(controller);
    const [first, second, third] = [1, 2, 3].map(() => this.#ledger.nextNumber()) as [number, number, number];
    const lent = pipelined(withOptions(this.#flow(by), { signal })).lendLater(first);
    const copy = lent.copy();
    this.made += 2;
    // The result of the first call is released when that is cancelled, while later calls of the
    // chain use it.
    const may = () => (signal.aborted ? ["cancelled", "failedPrecondition", "unimplemented"] : []);
    this.#watch({ by, made: copy.use(second) }, (result) => result === 2 * second, may);
    this.#watch({ by, made: lent.use(third) }, (result) => result === 2 * third, may);
  }

  lendNow(at: SideName): void {
    this.#sides[at].flow.later.shift()?.();
  }

  use(tool: HeldTool): void {
    const value = this.#ledger.nextNumber();
    const refused = tool.released;
    const made = tool.proxy.use(value);
    // The release that was made after a queued call may overtake it.
    const may = () => (refused ? ["failedPrecondition"] : tool.released ? ["unimplemented"] : []);
    this.#watch({ by: tool.by, made }, (result) => !refused && result === 2 * value, may);
  }

  passBack(tool: HeldTool): void {
    const refused = tool.released;
    const made = this.#flow(tool.by).isMine(tool.proxy);
    this.#watch(
      { by: tool.by, made },
      (mine) => !refused && mine,
      () => (refused || this.#ledger.enders.size > 0 ? ["invalidArgument"] : []),
    );
  }

  release(tool: HeldTool): void {
    tool.released = true;
    release(tool.proxy);
  }

  /** Checks the conditions that must hold after every step. */
  check(): void {
    if (this.#wrong !== undefined) throw new Error(this.#wrong);
    for (const stream of this.streams) {
      const objection = stream.outcome && this.#objection(stream);
      if (objection) throw new Error(objection);
      if (stream.taken > stream.end && !stream.left)
        throw new Error(`stream ${stream.n} went on after its end`);
      if (stream.reading > 0 && this.#sides[stream.by].ended !== undefined)
        throw new Error(`${stream.by} has ended and left a read of stream ${stream.n}`);
    }
  }

  /**
   * Checks that a source whose call was cancelled is not read any more, once every message has
   * arrived.
   */
  abandonedKnow(): void {
    for (const { source, controller } of this.given) {
      if (controller.signal.aborted && source.begun && source.ended === undefined)
        throw new Error(`the argument of the cancelled call ${source.n} is still read`);
    }
  }

  /** Lets everything end. */
  finish(): void {
    for (const source of this.sources) source.finish("done");
    for (const { flow } of Object.values(this.#sides)) for (const lend of flow.later.splice(0)) lend();
    for (const stream of this.streams) {
      const source = this.#sides[other(stream.by)].flow.sources.get(stream.n);
      const left = (source?.allowed ?? 0) + 1 - stream.asked;
      if (stream.begun) this.read(stream, Math.max(left, 1));
    }
    for (const tool of this.tools) this.release(tool);
  }

  /** Checks at the end that nothing is pending, and that each source and tool has ended. */
  nothingLeft(): void {
    const hanging = this.streams.find((stream) => stream.reading > 0 || (stream.begun && !isOver(stream)));
    if (hanging !== undefined) throw new Error(`stream ${hanging.n} has not ended at its reader`);
    if (this.#waiting > 0) throw new Error(`${this.#waiting} calls about streams and references hang`);
    for (const { flow } of Object.values(this.#sides)) {
      const left = flow.leftOver();
      if (left !== undefined) throw new Error(left);
    }
  }

  #flow(by: SideName): Flow {
    return this.#sides[by].connection.client(Flow);
  }

  /** Checks that the nth read brings the nth item. */
  #took(stream: ReadStream, nth: number, { done, value }: IteratorResult<Item, undefined>): void {
    stream.reading--;
    if (done === true) {
      stream.end = Math.min(stream.end, nth);
      stream.outcome ??= "end";
      return;
    }
    stream.taken++;
    if (value.n !== stream.n || value.at !== nth)
      this.#wrong ??= `item ${value.n}/${value.at} came as ${stream.n}/${nth}`;
  }

  #broke(stream: ReadStream, nth: number, thrown: unknown): void {
    stream.reading--;
    if (stream.failed) this.#wrong ??= `stream ${stream.n} has failed twice`;
    stream.failed = true;
    stream.end = Math.min(stream.end, nth);
    stream.outcome = thrown instanceof RpcError ? thrown.code : "unknown";
  }

  /** Returns an error text if a stream may not have ended as it did. */
  #objection({ n, by, taken, left, outcome }: ReadStream): string | undefined {
    const source = this.#sides[other(by)].flow.sources.get(n);
    const may = (condition: boolean) => (condition ? undefined : `stream ${n} must not end as ${outcome}`);
    switch (outcome) {
      case "end":
        return may(left || (source?.ended === "done" && taken === source.given));
      case "aborted":
        return may(source?.ended === "failed" && taken === source.given);
      case "cancelled":
        return may(this.#ledger.enders.has(by));
      case "unavailable":
        return may(this.#ledger.enders.size > 0);
      case "resourceExhausted":
        return may(this.#limits.mayRefuse(by));
      default:
        return may(false);
    }
  }

  /** Checks that a call returns the right result, or fails for an allowed reason. */
  #watch<T>(
    { by, made }: { readonly by: SideName; readonly made: Promise<T> },
    isRight: (result: T) => boolean,
    refusals: () => readonly string[] = () => [],
  ): void {
    this.made++;
    this.#waiting++;
    made.then(
      (result) => {
        this.#waiting--;
        if (!isRight(result)) this.#wrong ??= `a call brought ${String(result)}`;
      },
      (thrown) => {
        this.#waiting--;
        const code = thrown instanceof RpcError ? thrown.code : "unknown";
        const ended = code === "unavailable" || code === "cancelled" || code === "failedPrecondition";
        const may =
          refusals().includes(code) ||
          (code === "resourceExhausted" && this.#limits.mayRefuse(by)) ||
          (ended && this.#ledger.enders.size > 0);
        if (!may) this.#wrong ??= `a call about streams and references ended as ${code}: ${thrown}`;
      },
    );
  }
}

function isOver({ outcome, left }: ReadStream): boolean {
  return outcome !== undefined || left;
}
