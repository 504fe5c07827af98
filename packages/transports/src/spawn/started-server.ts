import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { dirname } from "node:path";
import { RpcError } from "@crosspane/core";
import { resolveCommand } from "../child-process/resolve-command.js";
import type { SpawnOptions } from "../child-process/spawn-options.js";
import { describeProcess, notStarted } from "../child-process/start-errors.js";
import { nodeErrorCode } from "../errors/node-error.js";
import { recordVariable, stopVariable } from "./own-start.js";
import { refuseRelativePaths } from "./refuse-relative-paths.js";
import { textTail } from "./text-tail.js";

/** A server that was started here and may not have opened its endpoint yet. */
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
   * Starts the server so that it outlives this process.
   * @param record the file of this start; it is removed if the program cannot be started.
   * @throws {RpcError} `failedPrecondition` for a program that cannot be started, `invalidArgument`
   * for invalid options.
   */
  static async start(options: SpawnOptions, record: string): Promise<StartedServer> {
    // Not the folder of this process: removing that folder must not require ending the server
    // first.
    const cwd = options.cwd ?? dirname(record);
    const files: FileHandle[] = [];
    try {
      if (options.cwd === undefined) refuseRelativePaths(options.args ?? []);
      files.push(await openFile(record, "record of the start"));
      if (options.output !== undefined) files.push(await openFile(options.output, "spawn.output"));
      return await StartedServer.#started(options, { cwd, record, files });
    } catch (thrown) {
      await Promise.all(files.splice(0).map((file) => file.close()));
      await rm(record, { force: true });
      throw notStarted(options.command, cwd, thrown);
    } finally {
      await Promise.all(files.map((file) => file.close()));
    }
  }

  /** @param files for standard error, and for all output if the last is another one. */
  static async #started(
    { command, args = [], env = process.env, output: path, stopWithParent = false, ...options }: SpawnOptions,
    {
      cwd,
      record,
      files,
    }: { readonly cwd: string; readonly record: string; readonly files: readonly FileHandle[] },
  ): Promise<StartedServer> {
    const errors = files.at(-1) as FileHandle;
    const { size: from } = await errors.stat();
    const file = resolveCommand(command, { folder: options.cwd ?? process.cwd(), env });
    const child = spawn(file, args, {
      cwd,
      env: { ...env, [recordVariable]: record, [stopVariable]: stopWithParent ? "1" : undefined },
      detached: true,
      windowsHide: true,
      stdio: [stopWithParent ? "pipe" : "ignore", path === undefined ? "ignore" : errors.fd, errors.fd],
    });
    const server = new StartedServer(child, { path: path ?? record, from });
    await once(child, "spawn");
    // Neither the process nor its input keeps this one alive, and an input that the server does not
    // read is not an error here.
    child.unref();
    // A process that cannot be killed is about to end by itself.
    child.on("error", () => {});
    child.stdin?.on("error", () => {});
    (child.stdin as Socket | null)?.unref();
    return server;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /**
   * Describes the process and its exit, if it has ended, with the end of its output: `process 4711,
   * …`.
   */
  async describe(): Promise<string> {
    const printed = await textTail(this.#output.path, this.#output.from);
    const process = describeProcess(this.#child);
    const hint = this.#child.exitCode === 0 ? "; it must call `serve` at this endpoint and stay" : "";
    return printed === ""
      ? `${process}, and has printed no error${hint}`
      : `${process}; it has printed: ${printed}`;
  }

  /** Kills the process. */
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
