import { hostname, release, type } from "node:os";
import { EventChannel, type Subscription } from "@crosspane/core";
import type { FileChange, Load, Monitor, Overview } from "./monitor.service.js";
import { FolderWatch } from "./sources/folder-watch.js";
import { loadSampler } from "./sources/sample-load.js";

export interface MachineMonitorOptions {
  readonly folder: string;
  /** Milliseconds between two loads. */
  readonly loadMs: number;
}

/** Changes that may wait for one slow dashboard. */
const changesThatWait = 64;
/** Changes that are kept for dashboards whose connection broke. */
const changesThatAreKept = 1_000;

/** The service over this machine. */
export class MachineMonitor implements Monitor, AsyncDisposable {
  readonly #folder: string;
  readonly #load = new EventChannel<Load>({ overflow: "latest" });
  readonly #changes = new EventChannel<FileChange>({
    overflow: "dropOldest",
    buffer: changesThatWait,
    history: changesThatAreKept,
  });
  #changeCount = 0;
  #watch: FolderWatch | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start({ folder, loadMs }: MachineMonitorOptions): Promise<MachineMonitor> {
    const monitor = new MachineMonitor(folder);
    // With these policies `emit` need not be awaited.
    monitor.#watch = await FolderWatch.start(folder, (change) => {
      void monitor.#changes.emit({ number: ++monitor.#changeCount, at: new Date(), ...change });
    });
    const sample = loadSampler();
    monitor.#timer = setInterval(() => void monitor.#load.emit(sample()), loadMs);
    return monitor;
  }

  async overview(): Promise<Overview> {
    return {
      host: hostname(),
      system: `${type()} ${release()}`,
      processId: process.pid,
      folder: this.#folder,
      fileCount: this.#watch?.fileCount ?? 0,
      byteCount: this.#watch?.byteCount ?? 0,
      changeCount: this.#changeCount,
    };
  }

  async watchLoad(onLoad: (load: Load) => void | Promise<void>): Promise<Subscription> {
    return this.#load.subscribe(onLoad);
  }

  async watchFiles(
    onChange: (change: FileChange, id: string) => void | Promise<void>,
    after?: string,
  ): Promise<Subscription> {
    return this.#changes.subscribe(onChange, { after });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#watch?.[Symbol.asyncDispose]();
  }
}
