import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { sourceProgram } from "../source-program.js";

/** Pipes that a child has: fewer than the 255 descriptors that Windows passes on. */
const pipes = 200;
/** Pipes that one case may use. */
const needed = 80;
const firstPipe = 3;

/**
 * A child with many pipes as that of `stdio:` is, which are put to use one after the other. Its program is told of each by a line with its descriptor,
 * and says `ready` before.
 */
export class PipeChild {
  readonly #program: string;
  #child: ChildProcess | undefined;
  #used = 0;

  /** @param program a file beside this one. */
  constructor(program: string) {
    this.#program = program;
  }

  /** To be called between two cases: a new child takes over when the pipes of the old one are running low. */
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

  /** This process's ends of so many pipes, whose other ends the child takes together. */
  take(count: number): readonly Socket[] {
    const child = this.#child;
    if (child === undefined || this.#used + count > pipes) throw new Error("no pipe is left to the child");
    const descriptors = Array.from({ length: count }, () => firstPipe + this.#used++);
    child.stdin?.write(`${descriptors.join(" ")}\n`);
    return descriptors.map((descriptor) => child.stdio[descriptor] as Socket);
  }
}
