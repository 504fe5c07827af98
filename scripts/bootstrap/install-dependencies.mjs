import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { exclusively } from "./exclusively.mjs";
import { npmCommand, npmEnvironment } from "./npm-command.mjs";
import { exitCodeOf, tied } from "./run-tied.mjs";
import { showBusy } from "./show-busy.mjs";

/**
 * Brings `node_modules` up to date with the lock file, if it is not already.
 *
 * @param {string} repository
 */
export async function installDependencies(repository) {
  if (isInstalled(repository)) return;
  const name = `install-${createHash("sha256").update(repository).digest("hex").slice(0, 16)}`;
  await exclusively(
    name,
    async () => {
      // Another process may have done it while this one waited.
      if (!isInstalled(repository)) await install(repository);
    },
    () => console.error("Waiting for another installation of the dependencies to end"),
  );
}

/** @param {string} repository */
async function install(repository) {
  const busy = showBusy("Installing the dependencies (npm ci)");
  const [command = "npm", ...args] = tied([...npmCommand(), "ci", "--no-audit", "--no-fund"]);
  const child = spawn(command, args, {
    cwd: repository,
    env: npmEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && command === "npm",
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const exitCode = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(exitCodeOf(code, signal)));
  });
  busy.end(exitCode === 0);
  if (exitCode !== 0) throw new Error(`${output}\nnpm ci failed with exit code ${exitCode}.`);
  writeFileSync(stampFile(repository), lockHash(repository));
}

/**
 * @param {string} repository
 * @returns {boolean}
 */
function isInstalled(repository) {
  const stamp = stampFile(repository);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash(repository)) return true;
  if (!wasInstalledByHand(repository)) return false;
  writeFileSync(stamp, lockHash(repository));
  return true;
}

/**
 * Returns true if the user's own `npm install` has installed what the lock file lists. npm records
 * what it installed in a second lock file. Packages for other platforms are in the first only, and
 * are optional.
 *
 * @param {string} repository
 * @returns {boolean}
 */
function wasInstalledByHand(repository) {
  const note = path.join(repository, "node_modules", ".package-lock.json");
  if (!existsSync(note)) return false;
  const wanted = JSON.parse(readFileSync(lockFile(repository), "utf8")).packages;
  const present = JSON.parse(readFileSync(note, "utf8")).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (!name.includes("node_modules/")) return true;
    const other = present[name];
    if (other === undefined) return isForAnotherPlatform(entry);
    return (
      other.version === entry.version && other.integrity === entry.integrity && other.link === entry.link
    );
  });
}

/**
 * @typedef {readonly string[]} Names
 * @param {{ optional?: boolean, os?: Names, cpu?: Names, libc?: Names }} entry
 */
function isForAnotherPlatform({ optional = false, os = [], cpu = [], libc = [] }) {
  if (!optional) return false;
  return !os.includes(process.platform) || !cpu.includes(process.arch) || libc.length > 0;
}

/** @param {string} repository */
function lockFile(repository) {
  return path.join(repository, "package-lock.json");
}

/** @param {string} repository */
function stampFile(repository) {
  return path.join(repository, "node_modules", ".crosspane-installed");
}

/** @param {string} repository */
function lockHash(repository) {
  return createHash("sha256")
    .update(readFileSync(lockFile(repository)))
    .digest("hex");
}
