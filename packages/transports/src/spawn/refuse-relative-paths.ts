import { existsSync } from "node:fs";
import { RpcError } from "@crosspane/core";

/** `./x`, `..\x`, `.` and `..`, also after the `=` of an option. */
const isRelativePath = /(?:^|=)\.{1,2}(?:[\\/]|$)/;

/** A name with a separator or an extension: `index-server.js`, `lib/main`. */
const maybePath = /[\\/]|\.\w+$/;

/**
 * Refuses arguments that name files relative to the current folder if the server runs in another
 * one: it would not find them there, or worse, find others.
 * @throws {RpcError} `invalidArgument` that names the argument.
 */
export function refuseRelativePaths(args: readonly string[]): void {
  for (const [index, arg] of args.entries()) {
    if (!isRelativePath.test(arg) && !(maybePath.test(arg) && isInCurrentFolder(arg))) continue;
    throw new RpcError(
      "invalidArgument",
      `connect: spawn.args[${index}] ${JSON.stringify(arg)} is relative to the current folder, which the server does not run in; ` +
        "give its full path, or set spawn.cwd",
    );
  }
}

function isInCurrentFolder(arg: string): boolean {
  // An absolute path, or a URL, does not begin in the current folder.
  return !/^(?:[\\/]|[a-z]+:)/i.test(arg) && existsSync(arg);
}
