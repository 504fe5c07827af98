import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { npmCommand, npmEnvironment } from "../../bootstrap/npm-command.mjs";
import { embedPump } from "../../packing/embed-pump.ts";
import { vendorMsgpackr } from "../../packing/vendor-msgpackr.ts";
import { repository } from "../../repository.ts";

/** A package as npm would publish it. */
export interface PackedPackage {
  readonly name: string;
  /** Relative to the repository, with forward slashes: `packages/core`. */
  readonly folder: string;
  /** Paths in the package, with forward slashes. */
  readonly files: readonly string[];
  readonly tarball: Buffer<ArrayBuffer>;
}

const known = new Map<string, Promise<readonly PackedPackage[]>>();

/** Packs every public package of the repository, once per run. */
export function packedPackages(root: string): Promise<readonly PackedPackage[]> {
  let packages = known.get(root);
  if (packages === undefined) {
    packages = pack(root);
    known.set(root, packages);
  }
  return packages;
}

interface NpmPackEntry {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

async function pack(root: string): Promise<readonly PackedPackage[]> {
  const folders = publicPackages(root);
  // The scripts that npm would run.
  if (root === repository) await Promise.all([vendorMsgpackr(), embedPump()]);
  const target = await mkdtemp(path.join(tmpdir(), "crosspane-pack-"));
  try {
    const [command = "npm", ...args] = npmCommand();
    const { stdout } = await promisify(execFile)(
      command,
      [
        ...[
          ...args,
          "pack",
          "--json",
          "--ignore-scripts",
          "--loglevel=error",
          `--pack-destination=${target}`,
        ],
        ...folders.map((folder) => `./${folder}`),
      ],
      {
        cwd: root,
        env: npmEnvironment(),
        maxBuffer: 1 << 26,
        shell: process.platform === "win32" && command === "npm",
      },
    );
    const entries: readonly NpmPackEntry[] = JSON.parse(stdout);
    return await Promise.all(
      entries.map(async ({ name, filename, files }, index) => ({
        name,
        folder: folders[index] ?? "",
        files: files.map((file) => file.path),
        tarball: await readFile(path.join(target, filename.replace("@", "").replace("/", "-"))),
      })),
    );
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function publicPackages(root: string): readonly string[] {
  return readdirSync(path.join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter(
      (folder) => JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")).private !== true,
    );
}
