import { statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { RpcError } from "@crosspane/core";

/** Settings for finding the file of a command. */
export interface CommandSearch {
  /** The folder that a relative path is resolved against. */
  readonly folder: string;
  /** The environment with the `PATH` and `PATHEXT` to use. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** Returns true if there is a file at a path. */
  readonly isFile?: (path: string) => boolean;
}

/** Extensions that CreateProcess starts by itself. */
const programExtensions = [".com", ".exe"];

/** Extensions that only cmd.exe starts; its quoting rules let an argument run as a command. */
const batchExtensions = [".bat", ".cmd"];

/**
 * Returns the file that a command names: a path is made absolute, and a name is searched in `PATH`.
 * Windows would search the current folder and the program's own first, where a program of that name
 * may have been planted. So the search is made here, and only an absolute path is passed to the
 * system. Other systems search only `PATH`, and a name is returned unchanged.
 * @throws {RpcError} `failedPrecondition` for a name that is not in `PATH`, a path without a file,
 * or a batch file.
 */
export function resolveCommand(command: string, search: CommandSearch): string {
  const { folder, platform = process.platform } = search;
  if (platform !== "win32") return command.includes("/") ? posix.resolve(folder, command) : command;
  const isPath = /[\\/]|^[a-z]:/i.test(command);
  const stems = isPath
    ? [win32.resolve(folder, command)]
    : foldersOf(search.env).map((each) => win32.join(each, command));
  for (const stem of stems) {
    const found = fileOf(stem, search);
    if (found === undefined) continue;
    if (batchExtensions.includes(win32.extname(found).toLowerCase())) throw isBatchFile(command, found);
    return found;
  }
  const where = isPath ? `at ${stems[0]}` : "in PATH; the current folder is not searched";
  throw new RpcError(
    "failedPrecondition",
    `connect: spawn.command ${JSON.stringify(command)}: there is no such program ${where}`,
  );
}

/**
 * Returns the folders of `PATH`. A relative one would depend on the current folder, so it is left
 * out, like an empty one.
 */
function foldersOf(env: CommandSearch["env"]): readonly string[] {
  const folders = (variable(env, "PATH") ?? "").split(";").map((entry) => entry.replaceAll('"', "").trim());
  return folders.filter((entry) => win32.isAbsolute(entry) && win32.parse(entry).root.length > 1);
}

/** Returns the file of a path, completed with an extension of `PATHEXT` if needed. */
function fileOf(stem: string, { env, isFile = isFileAt }: CommandSearch): string | undefined {
  const startable = [...programExtensions, ...batchExtensions];
  const asked = (variable(env, "PATHEXT") ?? startable.join(";")).toLowerCase().split(";");
  // Only extensions of programs and batch files count; .JS and .VBS belong to other programs.
  const extensions = asked.filter((extension) => startable.includes(extension));
  const isWhole = win32.extname(stem) !== "" && isFile(stem);
  if (isWhole) return stem;
  return (extensions.length === 0 ? programExtensions : extensions)
    .map((extension) => stem + extension)
    .find((path) => isFile(path));
}

/**
 * Looks up a variable in any case, because names of variables are not case-sensitive on Windows.
 */
function variable(env: CommandSearch["env"], name: string): string | undefined {
  const key = Object.keys(env).find((each) => each.toUpperCase() === name);
  return key === undefined ? undefined : env[key];
}

function isFileAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isBatchFile(command: string, path: string): RpcError {
  const named = command === path ? "" : ` (${path})`;
  return new RpcError(
    "failedPrecondition",
    `connect: spawn.command ${JSON.stringify(command)}${named} is a batch file, which is not started: cmd.exe may run its ` +
      "arguments as commands. Start the program that it starts, such as process.execPath with the script in spawn.args",
  );
}
