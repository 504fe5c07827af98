import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { sourceProgram } from "../source-program.js";
import type { Tally, VictimOrder } from "./crash-point.js";
import { crashMark } from "./operations.js";

/** The end of a victim. */
export interface VictimEnd {
  /** Time when this process noticed it, on the clock of `performance.now()`. */
  readonly at: number;
  /** The crash point that it printed; undefined if it ended in order. */
  readonly crashedAt: string | undefined;
  /** Its tally, if it ended in order. */
  readonly tally: Tally | undefined;
  /** Description of any other end. */
  readonly how: string;
}

/** A victim in a process of its own, which waits for its order. It runs the built packages. */
export class VictimProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ready: Promise<void>;
  readonly ended: Promise<VictimEnd>;
  /** Resolves when its server accepts connections. */
  readonly serving: Promise<void>;

  /** @param endpoint the endpoint of the transport to load; nothing is opened there yet. */
  constructor(endpoint: string) {
    this.#child = spawn(process.execPath, [...sourceProgram("crash/victim.ts"), endpoint], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, CROSSPANE_COPYING_MEMORY: "1" },
    });
    const ready = Promise.withResolvers<void>();
    const serving = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.serving = serving.promise;
    const output = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    output.on("line", (line) => {
      this.#lines.push(line);
      if (line === "ready") ready.resolve();
      if (line === "serving") serving.resolve();
    });
    const outputEnd = once(output, "close");
    this.ended = once(this.#child, "exit").then(async ([code, signal]) => {
      const at = performance.now();
      await outputEnd;
      ready.resolve();
      const after = (mark: string) => this.#lines.find((line) => line.startsWith(mark))?.slice(mark.length);
      const tally = after("tally ");
      return {
        at,
        crashedAt: after(crashMark),
        tally: tally === undefined ? undefined : (JSON.parse(tally) as Tally),
        how: `code ${code}, signal ${signal}`,
      };
    });
  }

  async start(order: VictimOrder): Promise<void> {
    await this.#ready;
    this.#child.stdin?.end(`${JSON.stringify(order)}\n`);
  }

  /** Ends a victim that is not needed any more. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
