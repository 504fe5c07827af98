import { RpcError } from "@crosspane/core";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";

/** The server that `connect` starts if none answers. */
export interface SpawnOptions {
  /**
   * The program: an absolute path, a path with a separator, which is relative to `cwd` or else to
   * this process's current folder, or a name that is searched only in `PATH`. On Windows the
   * extensions of `PATHEXT` are tried, and a batch file is refused. For a Node script use
   * `process.execPath`, with the script in `args`.
   */
  readonly command: string;
  /** Its arguments. Give the full path of a file, unless `cwd` is set for relative ones. */
  readonly args?: readonly string[];
  /**
   * The folder that the server runs in. The default is the private folder of this package's
   * records, so that the server does not occupy the current folder of its first client. A child of
   * `stdio:`, which ends with its parent, runs in that folder.
   */
  readonly cwd?: string;
  /** The server's environment, by default that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * A file to which the server's output is appended; it is created if needed. By default only its
   * standard error is kept, as long as the server runs, for the error of a failed start.
   */
  readonly output?: string;
  /**
   * Closes the server when the process that has started it ends in any way. Otherwise it lives on,
   * like a daemon.
   */
  readonly stopWithParent?: boolean;
  /** Limits for starting a server that does not stay up. */
  readonly restart?: RestartPolicy;
}

/**
 * Limits the starts of an endpoint by all processes of the user together. A server that has closed
 * in order, because it was idle or was asked to, does not count; the ones that count have crashed,
 * were killed, or still run.
 */
export interface RestartPolicy {
  /** Starts within `windowMs`, by default 5; a further one is refused with `resourceExhausted`. */
  readonly maxStarts?: number;
  /** Milliseconds; by default 300,000. */
  readonly windowMs?: number;
  /**
   * Least milliseconds from one start to the next, doubled for each one within `windowMs` up to
   * 10,000; by default 250. So a server that has run for longer is restarted at once.
   */
  readonly backOffMs?: number;
}

/** The restart policy with all defaults filled in. */
export type Restarts = Required<RestartPolicy>;

const optionNames = {
  command: true,
  args: true,
  cwd: true,
  env: true,
  output: true,
  stopWithParent: true,
  restart: true,
} satisfies OptionNames<SpawnOptions>;

const restartNames = {
  maxStarts: true,
  windowMs: true,
  backOffMs: true,
} satisfies OptionNames<RestartPolicy>;

/** @throws {RpcError} `invalidArgument` for an unknown option. */
export function assertSpawnOptions(spawn: SpawnOptions): void {
  assertOptions("connect: spawn", spawn, optionNames);
  assertOptions("connect: spawn.restart", spawn.restart, restartNames);
}

const defaults: Restarts = { maxStarts: 5, windowMs: 300_000, backOffMs: 250 };

/** @throws {RpcError} `invalidArgument` with the invalid option. */
export function restartsOf({ command, restart = {} }: SpawnOptions): Restarts {
  if (typeof command !== "string" || command === "") {
    throw new RpcError("invalidArgument", "connect: spawn.command must name a program");
  }
  const policy: Restarts = { ...defaults, ...restart };
  for (const [name, least] of [
    ["maxStarts", 1],
    ["windowMs", 1],
    ["backOffMs", 0],
  ] as const) {
    if (!(policy[name] >= least)) {
      throw new RpcError(
        "invalidArgument",
        `connect: spawn.restart.${name} must be ${least} or more, got ${policy[name]}`,
      );
    }
  }
  return policy;
}

/**
 * Returns the options that apply to a child that belongs to one connection, as of `stdio:`.
 * @throws {RpcError} `invalidArgument` for options of a server with many clients.
 */
export function childOf({ output, stopWithParent, restart, ...child }: SpawnOptions): SpawnOptions {
  for (const [name, value] of Object.entries({ output, stopWithParent, restart })) {
    if (value !== undefined && !(name === "stopWithParent" && value === true)) {
      throw new RpcError(
        "invalidArgument",
        `connect: spawn.${name} is not for stdio:, whose child belongs to one connection, ends with it and prints where this process does`,
      );
    }
  }
  return child;
}
