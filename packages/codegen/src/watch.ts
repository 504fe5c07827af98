import { dirname, resolve } from "node:path";
import { watch as openWatcher } from "chokidar";
import type { GenerateOptions } from "./config.js";
import { forwardSlashes, isContractPath, isGeneratedPath } from "./contract-paths.js";
import { type GenerateResult, generate } from "./generate.js";

/** Changes that come together, such as those of a branch switch, cause one run. */
const settleMs = 100;

/** Callbacks of a watch: every run's result, or its failure. */
export interface WatchListener {
  /** A run has finished, with or without diagnostics. */
  onResult(result: GenerateResult): void;
  /** A run failed; the watch continues. */
  onError(error: unknown): void;
}

/** A running watch. */
export interface Watch {
  /** Stops watching, after the current run. */
  close(): Promise<void>;
}

/**
 * Generates, and again whenever a contract, one of its imports or a tsconfig changes, or a contract
 * appears.
 *
 * @param options as for `generate`
 * @param listener called after the first run and all others
 * @returns the watch, after the first run
 */
export async function watchContracts(options: GenerateOptions, listener: WatchListener): Promise<Watch> {
  const root = resolve(options.cwd ?? ".", options.project === undefined ? "." : dirname(options.project));
  const watcher = openWatcher(root, { ignoreInitial: true, ignored: isIgnored });
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const run = async (): Promise<void> => {
    try {
      const result = await generate(options);
      watcher.add([...result.inputs]);
      listener.onResult(result);
    } catch (error) {
      listener.onError(error);
    }
  };

  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(run);
    }, settleMs);
  };

  watcher.on("all", (event, path) => {
    if (concernsContracts(path) || (event === "unlink" && isGeneratedPath(path))) schedule();
  });
  watcher.on("error", (error) => listener.onError(error));
  await new Promise<void>((ready) => watcher.once("ready", () => ready()));
  running = run();
  await running;

  return {
    async close() {
      clearTimeout(timer);
      await running;
      await watcher.close();
    },
  };
}

function concernsContracts(path: string): boolean {
  return (isContractPath(path) || /\.json$|\.d\.[cm]?ts$/.test(path)) && !isGeneratedPath(path);
}

function isIgnored(path: string): boolean {
  return /\/(?:node_modules|\.git|dist|coverage)(?:\/|$)/.test(forwardSlashes(path));
}
