/**
 * A package registry for tests that install the packages of this repository as a user does. It
 * serves them as `npm pack` makes them, and what they need from `node_modules`, so no test depends
 * on a network.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { packedPackages } from "../checks/support/packed-packages.ts";
import { repository } from "../repository.ts";
import { packFolder, readPackedManifest } from "./tarball.ts";

/** A running registry. */
export interface PackageRegistry extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** One version of a package. */
interface Version {
  readonly manifest: Manifest;
  /** Returns the bytes of the package; undefined if they are not on this machine. */
  readonly tarball: () => Promise<Buffer> | undefined;
  /** True for the version that `latest` means. */
  readonly isLatest: boolean;
}

type Versions = ReadonlyMap<string, readonly Version[]>;

/** Starts a registry on a free port of this machine. */
export async function startRegistry(): Promise<PackageRegistry> {
  const versions = new Map<string, Version[]>();
  for (const version of [...(await ownVersions()), ...installedVersions()]) {
    const { name } = version.manifest;
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  const server = createServer((request, response) => {
    answer(versions, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function ownVersions(): Promise<readonly Version[]> {
  const packed = await packedPackages(repository);
  return packed.map(({ tarball }) => ({
    manifest: readPackedManifest(tarball) as Manifest,
    tarball: async () => tarball,
    isLatest: true,
  }));
}

/** An entry of the lock file. */
interface LockEntry {
  readonly version?: string;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/**
 * Returns the packages of the lock file. Those for other platforms are not installed, and a package
 * manager asks for no more than their description.
 */
function installedVersions(): readonly Version[] {
  const { packages } = JSON.parse(readFileSync(path.join(repository, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return Object.entries(packages).flatMap(([place, { link, version, os, cpu, libc }]) => {
    const placeName = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    if (!place.includes("node_modules/") || link === true || version === undefined) return [];
    const folder = path.join(repository, place);
    const file = path.join(folder, "package.json");
    const manifest: Manifest = existsSync(file)
      ? JSON.parse(readFileSync(file, "utf8"))
      : { name: placeName, version, ...{ os, cpu, libc } };
    const tarball = () => (existsSync(file) ? packFolder(folder) : undefined);
    // An alias, such as a second TypeScript, is not the version that `latest` means.
    return [{ manifest, tarball, isLatest: place === `node_modules/${manifest.name}` }];
  });
}

async function answer(versions: Versions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const [name = "", version] = decodeURIComponent(url.pathname.slice(1)).split("/-/");
  const known = versions.get(name);
  if (known === undefined) {
    response.writeHead(404, { "content-type": "application/json" }).end('{ "error": "Not found" }');
  } else if (version === undefined) {
    const body = JSON.stringify(await describe(known, url.origin));
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  } else {
    const bytes = await known.find((each) => `${each.manifest.version}.tgz` === version)?.tarball();
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  }
}

/** Returns the description of all versions of a package. */
async function describe(versions: readonly Version[], origin: string): Promise<object> {
  const entries = versions.map(async ({ manifest, tarball }) => {
    const { name, version, scripts = {} } = manifest;
    const bytes = (await tarball()) ?? Buffer.alloc(0);
    const dist = {
      tarball: `${origin}/${name}/-/${version}.tgz`,
      shasum: createHash("sha1").update(bytes).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    };
    const hasInstallScript = ["preinstall", "install", "postinstall"].some((script) => script in scripts);
    return [version, { ...manifest, dist, hasInstallScript }] as const;
  });
  const latest = versions.find(({ isLatest }) => isLatest) ?? versions[0];
  return {
    name: latest?.manifest.name,
    "dist-tags": { latest: latest?.manifest.version },
    versions: Object.fromEntries(await Promise.all(entries)),
    time: Object.fromEntries(versions.map(({ manifest }) => [manifest.version, "2026-01-01T00:00:00.000Z"])),
  };
}
