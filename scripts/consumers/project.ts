import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { npmEnvironment } from "../bootstrap/npm-command.mjs";
import { repository } from "../repository.ts";
import type { PackageRegistry } from "./registry.ts";

/** A program that runs until it is stopped. */
export interface RunningProgram extends AsyncDisposable {
  /** Everything that it has printed. */
  output(): string;
}

/** A folder outside of the repository, where nothing of it can be found by accident. */
export interface ConsumerProject extends AsyncDisposable {
  readonly folder: string;
  /** Writes files by their path in the project. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Runs a line of a shell and returns what it printed.
   * @throws {Error} with its output if it fails.
   */
  run(line: string): Promise<string>;
  /** Starts a line of a shell, and waits until it has printed the text. */
  start(line: string, text: string): Promise<RunningProgram>;
}

/** The commands of package managers, pinned by the lock file of the repository. */
const COMMANDS = { pnpm: "pnpm/bin/pnpm.mjs", yarn: "@yarnpkg/cli-dist/bin/yarn.js" };

/** Creates a project that installs from a registry, with files by their path. */
export async function createProject(
  registry: PackageRegistry,
  files: Readonly<Record<string, string>> = {},
): Promise<ConsumerProject> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "crosspane-consumer-")));
  const folder = path.join(root, "project");
  const environment = { ...(await isolated(root)), ...settingsOf(registry, root) };
  const shell = (line: string) =>
    spawn("sh", ["-c", line], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  const project: ConsumerProject = {
    folder,
    async write(texts) {
      for (const [name, text] of Object.entries(texts)) {
        const file = path.join(folder, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    },
    async run(line) {
      const child = shell(line);
      const output = outputOf(child);
      const [code] = await once(child, "close");
      if (code !== 0) throw new Error(`${line}: exit code ${code}\n${output()}`);
      return output();
    },
    async start(line, text) {
      const child = shell(line);
      const output = outputOf(child);
      const closed = once(child, "close");
      while (!output().includes(text) && child.exitCode === null) {
        await Promise.race([once(child.stdout, "data"), closed]);
      }
      if (child.exitCode !== null) throw new Error(`${line}: exit code ${child.exitCode}\n${output()}`);
      return {
        output,
        async [Symbol.asyncDispose]() {
          // The shell, and what it has started.
          process.kill(-(child.pid as number), "SIGKILL");
          await closed;
        },
      };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  await mkdir(folder);
  await project.write({ ".npmrc": `registry=${registry.url}\n`, ...files });
  return project;
}

/**
 * Returns an environment without the tools of the repository, with this Node and the package
 * managers, and with a folder of its own for endpoints and caches.
 */
async function isolated(root: string): Promise<NodeJS.ProcessEnv> {
  const tools = path.join(root, "tools");
  const runtime = path.join(root, "run");
  await mkdir(tools);
  await mkdir(runtime, { mode: 0o700 });
  await symlink(process.execPath, path.join(tools, "node"));
  for (const [name, script] of Object.entries(COMMANDS)) {
    const line = `#!/bin/sh\nexec node ${path.join(repository, "node_modules", script)} "$@"\n`;
    await writeFile(path.join(tools, name), line, { mode: 0o755 });
  }
  const inherited = (process.env["PATH"] ?? "").split(path.delimiter);
  const places = inherited.filter((place) => !place.includes("node_modules"));
  return { ...npmEnvironment(), PATH: [tools, ...places].join(path.delimiter), XDG_RUNTIME_DIR: runtime };
}

function settingsOf({ url }: PackageRegistry, root: string): NodeJS.ProcessEnv {
  return {
    npm_config_cache: path.join(root, "npm"),
    npm_config_update_notifier: "false",
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: new URL(url).hostname,
    YARN_GLOBAL_FOLDER: path.join(root, "yarn"),
    YARN_ENABLE_TELEMETRY: "0",
    // Continuous integration sets CI, and a user who adds a package does not.
    YARN_ENABLE_IMMUTABLE_INSTALLS: "0",
    XDG_CACHE_HOME: path.join(root, "cache"),
    XDG_DATA_HOME: path.join(root, "data"),
    XDG_STATE_HOME: path.join(root, "state"),
  };
}

function outputOf(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  return () => output;
}
