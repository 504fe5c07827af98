import { existsSync } from "node:fs";
import path from "node:path";

/**
 * Returns the command that starts npm through its own script, because the `npm.cmd` of Windows
 * cannot be started without a shell.
 *
 * @returns {string[]}
 */
export function npmCommand() {
  const home = path.dirname(process.execPath);
  const { npm_execpath: npmExecpath = "" } = process.env;
  const candidates = [
    npmExecpath,
    path.join(home, "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(home, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = candidates.find((candidate) => candidate.endsWith("npm-cli.js") && existsSync(candidate));
  return script === undefined ? ["npm"] : [process.execPath, script];
}

/**
 * Returns the environment for an npm that works on another folder than the npm that started us. The
 * latter's description of its own package must not reach it, nor its silent mode, which would hide
 * the reason of a failure.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment() {
  const foreign = /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|loglevel))|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
