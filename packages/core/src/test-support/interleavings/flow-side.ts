import type { Flow, Item, Tool } from "./flow.js";
import { SteppedSource } from "./stepped-source.js";

/** A tool that counts its disposals. */
class LentTool implements Tool {
  disposals = 0;
  readonly #all: LentTool[];

  constructor(all: LentTool[]) {
    this.#all = all;
    all.push(this);
  }

  async use(value: number): Promise<number> {
    if (this.disposals > 0) throw new Error("it was used after its disposal");
    return value * 2;
  }

  async copy(): Promise<Tool> {
    if (this.disposals > 0) throw new Error("it was copied after its disposal");
    return new LentTool(this.#all);
  }

  [Symbol.dispose](): void {
    this.disposals++;
  }
}

/**
 * Everything that one side has started for the other: sources of streams and tools, by the number
 * of the call.
 */
export class FlowSide implements Flow {
  readonly sources = new Map<number, SteppedSource>();
  readonly tools: LentTool[] = [];
  /** Tools that are lent when the test asks for it. */
  readonly later: (() => void)[] = [];
  /** Number of handlers that have not ended. */
  running = 0;

  items = (n: number): AsyncIterable<Item> => {
    const source = new SteppedSource(n);
    this.sources.set(n, source);
    return source;
  };

  lend = async (): Promise<Tool> => new LentTool(this.tools);

  lendLater = (): Promise<Tool> =>
    this.#counted(async () => {
      await new Promise<void>((resolve) => this.later.push(resolve));
      return new LentTool(this.tools);
    });

  isMine = async (tool: Tool): Promise<boolean> => this.tools.includes(tool as LentTool);

  ask = (n: number, question: (n: number) => Promise<number>): Promise<number> =>
    this.#counted(() => question(n));

  collect = (n: number, items: AsyncIterable<Item>): Promise<number> =>
    this.#counted(() => this.#collect(n, items));

  async #counted<T>(handler: () => Promise<T>): Promise<T> {
    this.running++;
    try {
      return await handler();
    } finally {
      this.running--;
    }
  }

  async #collect(n: number, items: AsyncIterable<Item>): Promise<number> {
    let count = 0;
    for await (const item of items) {
      if (item.n !== n || item.at !== count)
        throw new Error(`item ${item.n}/${item.at} came as ${n}/${count}`);
      count++;
    }
    return count;
  }

  /** Returns a description of a leftover, if there is any. */
  leftOver(): string | undefined {
    const source = [...this.sources.values()].find(({ ended }) => ended === undefined);
    if (source !== undefined) return `the source of stream ${source.n} has not ended`;
    const tool = this.tools.find(({ disposals }) => disposals !== 1);
    return tool && `a tool was disposed of ${tool.disposals} times`;
  }
}
