import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";

/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program with this process's terminal, forwards signals to it, and resolves to its exit
 * code.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function runTied(program, args, env) {
  const [command, ...rest] = tied([program, ...args]);
  return new Promise((resolve, reject) => {
    const child = spawn(command ?? program, rest, { env, stdio: "inherit" });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    for (const signal of FORWARDED) process.on(signal, forward);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const forwarded of FORWARDED) process.off(forwarded, forward);
      resolve(exitCodeOf(code, signal));
    });
  });
}

/**
 * Makes the kernel end the program when this process ends, even by SIGKILL, which a handler could
 * not pass on. Only Linux supports that; elsewhere the command line is unchanged.
 *
 * @param {readonly string[]} commandLine
 * @returns {string[]}
 */
export function tied(commandLine) {
  if (process.platform !== "linux" || !isOnPath("setpriv")) return [...commandLine];
  return ["setpriv", "--pdeathsig", "KILL", "--", ...commandLine];
}

/**
 * Returns the exit code that a shell would report.
 *
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @returns {number}
 */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/**
 * @param {string} program
 * @returns {boolean}
 */
export function isOnPath(program) {
  const { PATH = "" } = process.env;
  // Root's set-up programs live in sbin, which a plain user's PATH may lack.
  const folders = [...PATH.split(path.delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
