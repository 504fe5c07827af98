import type { Transport } from "@crosspane/core/transport";

/** A kind of transport whose addresses are names: `SCHEME:NAME`. */
interface NamedTransport {
  /** Whether `auto:NAME` may take it on this kind of system. */
  readonly inAuto: (platform: NodeJS.Platform) => boolean;
  /** Loads its module, and only that, and binds it to a name. */
  readonly open: (name: string) => Promise<Transport>;
}

/** Every transport with names, by its scheme; the fastest first, which is the order of `auto:NAME`. */
const namedTransports = {
  shm: {
    inAuto: (platform) => platform === "win32",
    open: async (name) => (await import("./shared-memory/index.js")).sharedMemory(name),
  },
  pipe: {
    inAuto: () => true,
    open: async (name) => (await import("./named-pipe/index.js")).namedPipe(name),
  },
  copydata: {
    inAuto: (platform) => platform === "win32",
    open: async (name) => (await import("./copy-data/index.js")).copyData(name),
  },
  memory: {
    // Both ends of it are in one process, where nothing has to be chosen.
    inAuto: () => false,
    open: async (name) => (await import("@crosspane/core/testing")).memory(name),
  },
} as const satisfies Record<string, NamedTransport>;

/** The scheme of a transport whose addresses are names. */
export type NamedScheme = keyof typeof namedTransports;

export function isNamedScheme(scheme: string): scheme is NamedScheme {
  return Object.hasOwn(namedTransports, scheme);
}

/**
 * The transport `scheme:name`. Only the module of the scheme is loaded.
 * @throws {RpcError} `invalidArgument` for a name that the transport does not take, `unimplemented` where it cannot be used at all.
 */
export function openNamed(scheme: NamedScheme, name: string): Promise<Transport> {
  return namedTransports[scheme].open(name);
}

/** What `auto:NAME` uses on this kind of system, the fastest first. */
export function autoOrder(platform: NodeJS.Platform = process.platform): readonly NamedScheme[] {
  const entries = Object.entries<NamedTransport>(namedTransports);
  return entries.filter(([, { inAuto }]) => inAuto(platform)).map(([scheme]) => scheme as NamedScheme);
}
