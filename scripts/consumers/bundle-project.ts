import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "../repository.ts";
import { collect } from "../windows/lane-test-kit.ts";
import { win32Tree } from "../windows/win32-tree.ts";
import { type Bundling, bundlers } from "./bundlers.ts";
import { type ConsumerProject, createProject } from "./project.ts";
import type { PackageRegistry } from "./registry.ts";

/** Serves and connects at each endpoint of its arguments, in one process. */
const PROGRAM = `
import { connect, serve } from "@crosspane/transports";
import { Hello } from "./hello.crosspane.js";

async function main() {
  for (const endpoint of process.argv.slice(2)) {
    const server = await serve(endpoint, [Hello.implement({ greet: async (name) => \`Hello \${name}\` })]);
    const connection = await connect(endpoint);
    const [scheme] = connection.transport.endpoint.split(":");
    console.log(scheme, await connection.client(Hello).greet("there"));
    await connection.close();
    await server.close();
  }
}
main().catch((error) => {
  console.log(String(error));
  process.exitCode = 1;
});
`;

const CONTRACT = `/** @service */
export interface Hello {
  greet(name: string): Promise<string>;
}
`;

/** Creates a project with a program for bundlers, ready to be bundled. */
export async function createBundleProject(registry: PackageRegistry): Promise<ConsumerProject> {
  const compilerOptions = { module: "NodeNext", target: "ES2023", lib: ["ES2023", "DOM"], types: [] };
  const project = await createProject(registry, {
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...compilerOptions, rootDir: "src", outDir: "built" },
      include: ["src"],
    }),
    "src/hello.service.ts": CONTRACT,
  });
  await project.run("npm install @crosspane/transports crosspane typescript");
  await project.run("npx crosspane generate && npx tsc");
  await project.write({ "built/main.js": PROGRAM });
  return project;
}

/** The result of a bundle that ran on Windows. */
export interface BundleRun {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Options of a run of a bundle. */
export interface BundleOptions {
  /** The schemes of the endpoints that it serves. */
  readonly schemes: readonly string[];
  /** Puts koffi beside the bundle, where every bundler leaves it. Default: true. */
  readonly koffi?: boolean;
}

/** Bundles the program, and runs the result on Windows, where nothing but koffi is beside it. */
export async function runBundle(
  project: ConsumerProject,
  bundler: keyof typeof bundlers,
  { schemes, koffi = true }: BundleOptions,
): Promise<BundleRun> {
  const output = await realpath(await mkdtemp(path.join(tmpdir(), "crosspane-bundle-")));
  try {
    const bundling: Bundling = {
      folder: project.folder,
      entry: path.join(project.folder, "built/main.js"),
      output,
    };
    const script = (await bundlers[bundler]?.(bundling)) ?? "";
    if (koffi) await placeKoffi(output);
    const args = schemes.map((scheme) => `${scheme}:bundle-${randomUUID()}`);
    const { exitCode, stdout, stderr } = await collect({ script, args, cwd: output, mounts: [output] });
    return { exitCode, stdout: `${stdout}${stderr}`.replaceAll("\r\n", "\n") };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

async function placeKoffi(folder: string): Promise<void> {
  const [tree] = await win32Tree(repository);
  const source = path.join(tree?.from ?? "", "@koromix");
  if (!existsSync(source)) throw new Error(`${source} is missing: the lock file has no koffi for Windows`);
  await mkdir(path.join(folder, "node_modules"));
  await cp(source, path.join(folder, "node_modules/@koromix"), { recursive: true });
}
