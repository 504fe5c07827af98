import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { RpcError } from "@crosspane/core";
import { nodeErrorCode } from "../node-error.js";
import { recordVariable, stopVariable } from "./own-start.js";
import type { SpawnOptions } from "./spawn-options.js";
import { describeProcess, notStarted } from "./start-errors.js";
import { textTail } from "./text-tail.js";

/** A server that was started here and may still be about to open its endpoint. */
export class StartedServer {
  /** Resolves, and never rejects, when the process has ended. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #output: { readonly path: string; readonly from: number };

  private constructor(child: ChildProcess, output: { readonly path: string; readonly from: number }) {
    this.#child = child;
    this.#output = output;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  /**
   * Starts it so that it outlives this process.
   * @param record the file that stands for this start.
   * @throws {RpcError} `invalidArgument` if there is no such program, `permissionDenied` if it may not be run, `unavailable` for what else the system says.
   */
  static async start(options: SpawnOptions, record: string): Promise<StartedServer> {
    const { command, args = [], stopWithParent = false } = options;
    const [errors, output] = [
      await openFile(record, "record of the start"),
      options.output === undefined ? undefined : await openFile(options.output, "spawn.output"),
    ];
    try {
      const path = options.output ?? record;
      const from = (await stat(path)).size;
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: {
          ...(options.env ?? process.env),
          [recordVariable]: record,
          [stopVariable]: stopWithParent ? "1" : undefined,
        },
        detached: true,
        windowsHide: true,
        stdio: [
          stopWithParent ? "pipe" : "ignore",
          output === undefined ? "ignore" : output.fd,
          (output ?? errors).fd,
        ],
      });
      const server = new StartedServer(child, { path, from });
      await once(child, "spawn");
      // Neither the process nor its input keeps this one alive, and an input that the server does not read is no error here.
      child.unref();
      // What cannot be ended is about to end by itself.
      child.on("error", () => {});
      child.stdin?.on("error", () => {});
      (child.stdin as Socket | null)?.unref();
      return server;
    } catch (thrown) {
      throw notStarted(command, thrown);
    } finally {
      await errors.close();
      await output?.close();
    }
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** `process 4711` and how it has ended, if it has, with the end of what it printed. */
  async describe(): Promise<string> {
    const printed = await textTail(this.#output.path, this.#output.from);
    const process = describeProcess(this.#child);
    return printed === "" ? `${process}, and has printed no error` : `${process}; it has printed: ${printed}`;
  }

  /** Ends it without asking. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

async function openFile(path: string, what: string): Promise<FileHandle> {
  try {
    return await open(path, "a", 0o600);
  } catch (cause) {
    const code = nodeErrorCode(cause) ?? String(cause);
    throw new RpcError("invalidArgument", `connect: the ${what}, ${path}, cannot be written (${code})`, {
      cause,
    });
  }
}
