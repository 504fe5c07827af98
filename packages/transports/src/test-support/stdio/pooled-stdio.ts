import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../../byte-stream-connection.js";
import { stdio } from "../../stdio/index.js";
import { sourceProgram } from "../source-program.js";

/** Pipes that a child has: fewer than the 255 descriptors that Windows passes on. */
const pipes = 200;
/** Pipes that one case may use. */
const needed = 80;
const firstPipe = 3;

/**
 * Connections as those of `stdio:`, but many to one child, because the conformance cases look at one server from several sides. A new child takes
 * over when `renew` is called and the pipes of the old one are running low.
 */
export class PooledStdio {
  readonly transport: Transport;
  #child: ChildProcess | undefined;
  #used = 0;

  constructor() {
    const { endpoint, capabilities } = stdio();
    this.transport = {
      endpoint,
      capabilities,
      dial: async () => this.#next(),
      listen: async () => {
        throw new RpcError("unimplemented", "the conformance server of stdio: listens in its own process");
      },
    };
  }

  /** To be called between two cases. */
  async renew(): Promise<void> {
    if (this.#child !== undefined && pipes - this.#used >= needed) return;
    await this.stop();
    const child = spawn(
      process.execPath,
      [...sourceProgram("stdio/pooled-stdio-server.ts"), `${firstPipe}`],
      {
        stdio: ["pipe", "pipe", "inherit", ...Array.from({ length: pipes }, () => "overlapped" as const)],
      },
    );
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

  #next(): ByteStreamConnection {
    if (this.#child === undefined || this.#used === pipes) throw new Error("no pipe is left to the child");
    const descriptor = firstPipe + this.#used++;
    this.#child.stdin?.write(`${descriptor}\n`);
    const { endpoint, capabilities } = this.transport;
    const peer = { transport: capabilities.name, address: `descriptor ${descriptor}` };
    return new ByteStreamConnection(this.#child.stdio[descriptor] as Socket, {
      endpoint,
      capabilities,
      peer,
    });
  }
}
