/** The part of package-lock.json that the check reads. */
export interface Lock {
  /**
   * Packages by path: "" is the repository, `packages/core` a workspace, `node_modules/x` an
   * installed one.
   */
  readonly packages: Readonly<Record<string, LockEntry>>;
}

export interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface ShippedEntry {
  /** The name that it is imported by. */
  readonly name: string;
  readonly entry: LockEntry;
}

/** Returns all packages of others that a user installs with ours, including optional ones. */
export function shippedEntries({ packages }: Lock): readonly ShippedEntry[] {
  const shipped = new Map<string, ShippedEntry>();
  const waiting = Object.keys(packages).filter((place) => /^packages\/[^/]+$/.test(place));
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const entry = packages[place];
    if (entry === undefined) continue;
    const needed = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    for (const name of Object.keys(needed)) {
      const found = placeOf(packages, place, name);
      if (found === undefined || shipped.has(found.place) || found.entry.link === true) continue;
      shipped.set(found.place, { name, entry: found.entry });
      waiting.push(found.place);
    }
  }
  return [...shipped.values()];
}

/** Looks the name up as Node does: in this folder's node_modules, then in those above. */
function placeOf(packages: Lock["packages"], from: string, name: string) {
  for (let folder: string | undefined = from; folder !== undefined; folder = parentOf(folder)) {
    const place: string = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    const entry = packages[place];
    if (entry !== undefined) return { place, entry };
  }
  return undefined;
}

function parentOf(folder: string): string | undefined {
  if (folder === "") return undefined;
  const end = folder.lastIndexOf("/");
  return end < 0 ? "" : folder.slice(0, end);
}
