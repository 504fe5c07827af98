import type { Writable } from "node:stream";
import type { WindowsNodeVersion } from "./windows-node.ts";

/** Options of a run on Windows. */
export interface WindowsRun {
  /** A script for Node, as a path on this system. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options for Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly node?: WindowsNodeVersion;
  /** The repository if missing. */
  readonly cwd?: string;
  /**
   * Files and folders that the script must see beside the repository; `pathInLane` returns their
   * place.
   */
  readonly mounts?: readonly string[];
  /**
   * Other checkouts of this repository that the script must see, with their dependencies as Windows
   * needs them.
   */
  readonly checkouts?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Milliseconds without output after which Wine counts as hung, which ends the run; never if
   * missing.
   */
  readonly silentMs?: number;
  /** Ends the run at once. */
  readonly signal?: AbortSignal;
  /** This process's own if missing. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}
