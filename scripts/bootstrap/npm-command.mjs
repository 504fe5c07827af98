import { existsSync } from "node:fs";
import path from "node:path";

/**
 * How to start npm: through its own script, because the `npm.cmd` of Windows cannot be started without a shell.
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
 * The environment for an npm that works on another folder than the npm which started us: that one's description
 * of its own package must not reach it, nor its wish for silence, or a failure would say nothing.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment() {
  const foreign = /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|loglevel))|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
