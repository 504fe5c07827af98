import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { sourceProgram } from "../source-program.js";

/** Number of pipes of a child: fewer than the 255 descriptors that Windows passes on. */
const pipes = 200;
/** Number of pipes that one case may use. */
const needed = 80;
const firstPipe = 3;

/**
 * A child with many pipes like that of `stdio:`, which are used one after the other. Its program
 * prints `ready`, and then receives a line with the descriptor of each.
 */
export class PipeChild {
  readonly #program: string;
  #child: ChildProcess | undefined;
  #used = 0;

  /** @param program a file beside this one. */
  constructor(program: string) {
    this.#program = program;
  }

  /** Starts a new child when the pipes of the old one run low; call it between two cases. */
  async renew(): Promise<void> {
    if (this.#child !== undefined && pipes - this.#used >= needed) return;
    await this.stop();
    const child = spawn(process.execPath, sourceProgram(`stdio/${this.#program}`), {
      stdio: ["pipe", "pipe", "inherit", ...Array.from({ length: pipes }, () => "overlapped" as const)],
    });
    await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
    this.#child = child;
    this.#used = 0;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.stdin?.end();
    await ended;
    for (const pipe of child.stdio) pipe?.destroy();
    this.#child = undefined;
  }

  /** Returns this process's ends of this many pipes, whose other ends the child takes together. */
  take(count: number): readonly Socket[] {
    const child = this.#child;
    if (child === undefined || this.#used + count > pipes) throw new Error("no pipe is left to the child");
    const descriptors = Array.from({ length: count }, () => firstPipe + this.#used++);
    child.stdin?.write(`${descriptors.join(" ")}\n`);
    return descriptors.map((descriptor) => child.stdio[descriptor] as Socket);
  }
}
