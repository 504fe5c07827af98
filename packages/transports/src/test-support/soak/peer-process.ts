import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Usage } from "../load/usage.js";
import { sourceProgram } from "../source-program.js";

/** Commands to the other process. */
export type PeerCommand =
  | { readonly do: "serve"; readonly endpoint: string }
  /** Accepts one connection without a session, and reads nothing until commanded. */
  | { readonly do: "read"; readonly endpoint: string }
  | { readonly do: "resume" }
  | { readonly do: "progress" }
  | { readonly do: "connect"; readonly endpoint: string; readonly count: number }
  | { readonly do: "call"; readonly calls: number }
  | { readonly do: "disconnect" }
  | { readonly do: "usage" };

export interface PeerReply {
  readonly endpoint?: string;
  readonly received?: number;
  readonly problem?: string;
  readonly usage?: Usage;
  readonly failed?: string;
}

/** Runs `peer.ts` in a process of its own. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = spawn(process.execPath, sourceProgram("soak/peer.ts", "--expose-gc"), {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
  }

  /** @throws {Error} the failure of the other process. */
  async ask(command: PeerCommand): Promise<PeerReply> {
    const asked = this.#turn.then(() => this.#ask(command));
    this.#turn = asked.catch(() => {});
    return asked;
  }

  async usage(): Promise<Usage> {
    const { usage } = await this.ask({ do: "usage" });
    return usage as Usage;
  }

  async end(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }

  async #ask(command: PeerCommand): Promise<PeerReply> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the other process ended before it had answered ${command.do}`);
    const reply = JSON.parse(value) as PeerReply;
    if (reply.failed !== undefined) throw new Error(`${command.do} in the other process: ${reply.failed}`);
    return reply;
  }
}
