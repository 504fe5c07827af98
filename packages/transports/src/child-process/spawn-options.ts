import { RpcError } from "@crosspane/core";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";

/** The server that `connect` starts where none answers. */
export interface SpawnOptions {
  /**
   * The program: an absolute path, a path with a separator, which is relative to `cwd` or else to this process's current folder, or a
   * name that is looked for in `PATH` and nowhere else. On Windows the extensions of `PATHEXT` are tried, and a batch file is refused. For
   * a script of Node's `process.execPath`, with the script in `args`.
   */
  readonly command: string;
  /** Its arguments. Give the full path of a file, unless `cwd` says where a relative one begins. */
  readonly args?: readonly string[];
  /**
   * The folder that the server runs in. Unless given, the private folder of this package's records, so that the server does not keep
   * the current folder of its first client in use; a child of `stdio:`, which ends with its parent, runs in that folder.
   */
  readonly cwd?: string;
  /** The server's environment; this process's own unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * A file to which is appended what the server prints, made if it is not there. Unless given, only what goes to its standard error is
   * kept, as long as the server runs, for the message of a start that fails.
   */
  readonly output?: string;
  /** The server closes when the process that has started it ends, however it ends. Otherwise it lives on, which is what a daemon is for. */
  readonly stopWithParent?: boolean;
  /** How often a server may be started that does not stay. */
  readonly restart?: RestartPolicy;
}

/**
 * Counts the starts of an endpoint by all processes of the user together. A server that has closed in order, because it was idle or was
 * told to, takes its start off the count; what remains are those that crashed, were killed, or still run.
 */
export interface RestartPolicy {
  /** Starts within `windowMs`; a further one is refused with `resourceExhausted`. 5 unless given. */
  readonly maxStarts?: number;
  /** Milliseconds; 300,000 unless given. */
  readonly windowMs?: number;
  /**
   * Milliseconds from one start to the next, at least, doubled for each one within `windowMs` up to 10,000; 250 unless given. So a
   * server that has run for longer is started again at once.
   */
  readonly backOffMs?: number;
}

/** How often a server may be started, with nothing left open. */
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

/** @throws {RpcError} `invalidArgument` for an option that does not exist. */
export function assertSpawnOptions(spawn: SpawnOptions): void {
  assertOptions("connect: spawn", spawn, optionNames);
  assertOptions("connect: spawn.restart", spawn.restart, restartNames);
}

const defaults: Restarts = { maxStarts: 5, windowMs: 300_000, backOffMs: 250 };

/** @throws {RpcError} `invalidArgument` saying which option cannot be. */
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
 * Of the options those of a child that belongs to one connection, as of `stdio:`.
 * @throws {RpcError} `invalidArgument` for those that only a server for many clients has.
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
