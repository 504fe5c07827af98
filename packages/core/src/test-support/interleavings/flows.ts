import type { Code } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import { release } from "../../reference/handle.js";
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
  taken: number;
  /** Reads that have not settled. */
  reading: number;
  left: boolean;
  outcome: "end" | Code | undefined;
}

/** A tool that one side holds, or tried to get. */
interface HeldTool {
  readonly by: SideName;
  readonly proxy: Tool;
  released: boolean;
}

/** The streams and references of an interleaving: what a test may do with them, and what must hold. */
export class Flows {
  /** Calls that both sides have made, which count towards their limits. */
  made = 0;
  readonly streams: ReadStream[] = [];
  readonly tools: HeldTool[] = [];
  /** Sources of arguments. */
  readonly #given: SteppedSource[] = [];
  readonly #ledger: Ledger;
  readonly #sides: Readonly<Record<SideName, Side>>;
  /** What went wrong in something that nobody waits for. */
  #wrong: string | undefined;
  /** Calls that have not settled. */
  #waiting = 0;
  /** Whether a call of this side may be refused for a limit. */
  readonly #mayRefuse: (by: SideName) => boolean;

  constructor(sides: Readonly<Record<SideName, Side>>, ledger: Ledger, mayRefuse: (by: SideName) => boolean) {
    this.#sides = sides;
    this.#ledger = ledger;
    this.#mayRefuse = mayRefuse;
  }

  open(by: SideName): void {
    const n = this.#ledger.nextNumber();
    const stream = this.#flow(by).items(n);
    this.streams.push({
      n,
      by,
      iterator: stream[Symbol.asyncIterator]() as AsyncIterator<Item, undefined>,
      begun: false,
      taken: 0,
      reading: 0,
      left: false,
      outcome: undefined,
    });
  }

  read(stream: ReadStream, items: number): void {
    for (let i = 0; i < items; i++) {
      if (!stream.begun) this.made++;
      stream.begun = true;
      stream.reading++;
      stream.iterator.next().then(
        (step) => this.#took(stream, step),
        (thrown) => this.#broke(stream, thrown),
      );
    }
  }

  /** Its reader wants no more. */
  leave(stream: ReadStream, how: "return" | "throw"): void {
    stream.left = true;
    const left = how === "return" ? stream.iterator.return?.() : stream.iterator.throw?.(new Error("enough"));
    this.#waiting++;
    left?.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
  }

  /** A stream that is an argument. */
  give(by: SideName): void {
    const n = this.#ledger.nextNumber();
    const source = new SteppedSource(n);
    this.#given.push(source);
    const made = this.#flow(by).collect(n, source);
    this.#watch(by, made, (count) => count === source.given && source.ended === "done", ["aborted"]);
  }

  /** All sources that have not been told to end. */
  get sources(): readonly SteppedSource[] {
    const served = Object.values(this.#sides).flatMap(({ flow }) => [...flow.sources.values()]);
    return [...served, ...this.#given].filter(({ finishing }) => !finishing);
  }

  ask(by: SideName): void {
    const n = this.#ledger.nextNumber();
    let asked = 0;
    // Its side calls back.
    this.made++;
    const made = this.#flow(by).ask(n, async (value) => {
      asked++;
      return value + 1;
    });
    this.#watch(by, made, (answer) => answer === n + 1 && asked === 1);
  }

  lend(by: SideName): void {
    const made = this.#flow(by).lend(this.#ledger.nextNumber());
    this.#watch(by, made, (proxy) => this.tools.push({ by, proxy, released: false }) > 0);
  }

  use(tool: HeldTool): void {
    const value = this.#ledger.nextNumber();
    const refusal: readonly Code[] = tool.released ? ["failedPrecondition"] : [];
    this.#watch(tool.by, tool.proxy.use(value), (result) => result === 2 * value, refusal);
  }

  passBack(tool: HeldTool): void {
    const refusal: readonly Code[] = tool.released ? ["invalidArgument"] : [];
    this.#watch(tool.by, this.#flow(tool.by).isMine(tool.proxy), (mine) => mine, refusal);
  }

  release(tool: HeldTool): void {
    tool.released = true;
    release(tool.proxy);
  }

  /** What must hold after every step. */
  check(): void {
    if (this.#wrong !== undefined) throw new Error(this.#wrong);
    for (const stream of this.streams) {
      const objection = stream.outcome && this.#objection(stream);
      if (objection) throw new Error(objection);
      if (stream.reading > 0 && (stream.left || this.#sides[stream.by].ended !== undefined)) {
        if (stream.outcome !== undefined) throw new Error(`a read of stream ${stream.n} hangs after its end`);
      }
    }
  }

  /** Lets everything end. */
  finish(): void {
    for (const source of this.sources) source.finish("done");
    for (const stream of this.streams) if (stream.begun) this.read(stream, 1_000);
    for (const tool of this.tools) this.release(tool);
  }

  /** Once all is over nothing waits, and each source and tool has had its end. */
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

  #took(stream: ReadStream, { done, value }: IteratorResult<Item, undefined>): void {
    stream.reading--;
    if (done === true) {
      stream.outcome ??= "end";
      return;
    }
    if (stream.outcome !== undefined) this.#wrong ??= `stream ${stream.n} went on after its end`;
    if (value.n !== stream.n || value.at !== stream.taken)
      this.#wrong ??= `item ${value.n}/${value.at} came as ${stream.n}/${stream.taken}`;
    stream.taken++;
  }

  #broke(stream: ReadStream, thrown: unknown): void {
    stream.reading--;
    if (stream.outcome !== undefined) this.#wrong ??= `stream ${stream.n} has failed after its end`;
    stream.outcome = thrown instanceof RpcError ? thrown.code : "unknown";
  }

  /** Why a stream may not have ended as it did. */
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
        return may(this.#mayRefuse(by));
      default:
        return may(false);
    }
  }

  /** A call must bring what is right, or fail for a reason. */
  #watch<T>(
    by: SideName,
    made: Promise<T>,
    isRight: (result: T) => boolean,
    refusals: readonly Code[] = [],
  ): void {
    this.made++;
    this.#waiting++;
    made.then(
      (result) => {
        this.#waiting--;
        if (refusals.length > 0 && refusals[0] !== "aborted") this.#wrong ??= "a released tool was used";
        if (!isRight(result)) this.#wrong ??= `a call brought ${String(result)}`;
      },
      (thrown) => {
        this.#waiting--;
        const code = thrown instanceof RpcError ? thrown.code : "unknown";
        const ended = code === "unavailable" || code === "cancelled" || code === "failedPrecondition";
        const may =
          refusals.includes(code) ||
          (code === "resourceExhausted" && this.#mayRefuse(by)) ||
          (ended && this.#ledger.enders.size > 0);
        if (!may) this.#wrong ??= `a call about streams and references ended as ${code}: ${thrown}`;
      },
    );
  }
}

function isOver({ outcome, left }: ReadStream): boolean {
  return outcome !== undefined || left;
}
