import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import { RpcError } from "@crosspane/core";
import type { MessageReceiver } from "@crosspane/core/transport";
import { ByteStreamConnection, type ByteStreamOptions } from "../byte-stream/byte-stream-connection.js";
import { describeProcess } from "../child-process/start-errors.js";
import { childEndMs } from "./child-descriptor.js";

/**
 * Maximum milliseconds from the exit of a child to the end of its pipe. Within this time, what it
 * has sent is read.
 */
const lastWordsMs = 500;

/** Connection of a parent to its child. The connection and the child's process end together. */
export class ChildConnection extends ByteStreamConnection {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcess, socket: Duplex, options: ByteStreamOptions) {
    super(socket, options);
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("exit", () => resolve()));
    // A process that the child has started may hold the pipe open after it.
    void this.#ended.then(() => setTimeout(() => socket.destroy(), lastWordsMs).unref());
    socket.once("close", () => {
      const timer = setTimeout(() => child.kill("SIGKILL"), childEndMs).unref();
      void this.#ended.then(() => clearTimeout(timer));
    });
  }

  override start(receiver: MessageReceiver): void {
    let hasSpoken = false;
    super.start({
      message: (bytes) => {
        hasSpoken = true;
        receiver.message(bytes);
      },
      drained: () => receiver.drained(),
      closed: async (error) => {
        // A retry would start another child, which would end in the same way.
        receiver.closed(hasSpoken || isOwn(error) ? error : await this.#notServed());
      },
    });
  }

  /** Resolves when the child has exited too. */
  override async close(): Promise<void> {
    await super.close();
    this.#child.ref();
    await this.#ended;
  }

  async #notServed(): Promise<RpcError> {
    this.#child.ref();
    await this.#ended;
    return new RpcError(
      "failedPrecondition",
      `the child that was started did not answer: ${describeProcess(this.#child)}; does it call serve("stdio:", …)? ` +
        "What it has printed is in the output of this process",
    );
  }
}

/** True if this side has ended the connection itself. */
function isOwn(error: RpcError | undefined): boolean {
  return error !== undefined && error.code !== "unavailable";
}
