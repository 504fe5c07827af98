import type { Transport, TransportCapabilities } from "@crosspane/core/transport";
import type { StdioOptions } from "./stdio/stdio-options.js";

/** Systems that have a transport or one of its features. */
type Systems = "all" | "windows";

/** A property of {@link TransportCapabilities} that is either there or not. */
export type Feature = {
  [Name in keyof TransportCapabilities]: TransportCapabilities[Name] extends boolean ? Name : never;
}[keyof TransportCapabilities];

interface TransportBase {
  /** Entry point that programs import for the options of this transport. */
  readonly module: `@crosspane/transports/${string}` | "@crosspane/core/testing";
  readonly systems: Systems;
  /** Capabilities of its connections. */
  readonly features: Readonly<Partial<Record<Feature, Systems>>>;
  /** Suites of the conformance cases that run over it. */
  readonly conformance: readonly ("in one process" | "between two processes")[];
}

/** A transport whose endpoints are `SCHEME:NAME`. */
interface NamedTransport extends TransportBase {
  readonly address: "name";
  /** Place in the order of `auto:NAME`; null if `auto:` does not use it. */
  readonly autoRank: number | null;
  readonly open: (name: string) => Promise<Transport>;
}

/** A transport whose endpoints are `SCHEME://HOST:PORT`. */
interface HostTransport extends TransportBase {
  readonly address: "host";
  readonly open: (at: { readonly host: string; readonly port: number }) => Promise<Transport>;
}

/** A transport whose endpoint is `SCHEME:`, because the server is a child of the client. */
interface ChildTransport extends TransportBase {
  readonly address: "child";
  /** @param child to start; absent in the child itself. */
  readonly open: (child?: StdioOptions) => Promise<Transport>;
}

/** A transport without endpoint strings: a program makes it of an object that it has. */
interface ObjectTransport extends TransportBase {
  readonly address: "object";
  /** The call that makes it, for documentation. */
  readonly call: string;
}

/** One row of {@link transportRegistry}. */
export type RegisteredTransport = NamedTransport | HostTransport | ChildTransport | ObjectTransport;

/**
 * Every transport, by its scheme, which is also the name in its capabilities. Endpoint strings,
 * `auto:NAME`, the targets of the tests and the rules of the layers are derived from it.
 * `npm run check -- transport-registry` holds the exports of the package and the documentation to
 * it.
 *
 * `open` loads the module of its transport and no other.
 */
export const transportRegistry = {
  shm: {
    address: "name",
    module: "@crosspane/transports/shared-memory",
    systems: "windows",
    autoRank: 1,
    features: {
      zeroCopy: "windows",
      peerIdentity: "windows",
      synchronousCall: "windows",
      noticesDeath: "windows",
    },
    conformance: ["in one process", "between two processes"],
    open: async (name) => (await import("./shared-memory/index.js")).sharedMemory(name),
  },
  pipe: {
    address: "name",
    module: "@crosspane/transports/named-pipe",
    systems: "all",
    autoRank: 2,
    features: { peerIdentity: "windows", noticesDeath: "all" },
    conformance: ["in one process", "between two processes"],
    open: async (name) => (await import("./named-pipe/index.js")).namedPipe(name),
  },
  copydata: {
    address: "name",
    module: "@crosspane/transports/copy-data",
    systems: "windows",
    autoRank: 3,
    features: { peerIdentity: "windows", noticesDeath: "windows" },
    conformance: ["in one process", "between two processes"],
    open: async (name) => (await import("./copy-data/index.js")).copyData(name),
  },
  memory: {
    address: "name",
    module: "@crosspane/core/testing",
    systems: "all",
    // Both ends are in one process, where nothing has to be chosen.
    autoRank: null,
    features: { peerIdentity: "all", noticesDeath: "all" },
    conformance: ["in one process"],
    open: async (name) => (await import("@crosspane/core/testing")).memory(name),
  },
  tcp: {
    address: "host",
    module: "@crosspane/transports/socket",
    systems: "all",
    features: { noticesDeath: "all" },
    conformance: ["in one process", "between two processes"],
    open: async ({ host, port }) => (await import("./socket/index.js")).socket({ host, port }),
  },
  stdio: {
    address: "child",
    module: "@crosspane/transports/stdio",
    systems: "all",
    features: { noticesDeath: "all", oneConnection: "all" },
    conformance: ["between two processes"],
    open: async (child?: StdioOptions) => (await import("./stdio/index.js")).stdio(child),
  },
  "message-port": {
    address: "object",
    module: "@crosspane/transports/message-port",
    systems: "all",
    features: { noticesDeath: "all", oneConnection: "all" },
    conformance: ["in one process"],
    call: "messagePort(port)",
  },
} as const satisfies Record<string, RegisteredTransport>;

type Registry = typeof transportRegistry;

/** The schemes of the transports with that kind of address. */
type SchemeWith<Address extends RegisteredTransport["address"]> = {
  [Scheme in keyof Registry]: Registry[Scheme]["address"] extends Address ? Scheme : never;
}[keyof Registry];

/** The scheme of a transport whose addresses are names. */
export type NamedScheme = SchemeWith<"name">;

/** The scheme of a transport whose addresses have a host and a port. */
export type HostScheme = SchemeWith<"host">;

/** The scheme of a transport whose server is a child of its client. */
export type ChildScheme = SchemeWith<"child">;

/** The scheme of a transport that has endpoint strings. */
export type EndpointScheme = NamedScheme | HostScheme | ChildScheme;

/** Returns true if endpoint strings may begin with that scheme. */
export function isEndpointScheme(scheme: string): scheme is EndpointScheme {
  if (!Object.hasOwn(transportRegistry, scheme)) return false;
  return transportRegistry[scheme as keyof Registry].address !== "object";
}

/** Returns the form of the endpoints of a transport: `shm:NAME`. */
export function formOf(scheme: string, transport: RegisteredTransport): string {
  switch (transport.address) {
    case "name":
      return `${scheme}:NAME`;
    case "host":
      return `${scheme}://127.0.0.1:PORT`;
    case "child":
      return `${scheme}:`;
    case "object":
      return transport.call;
  }
}

/** Returns true if a transport or a feature exists on that kind of system. */
export function existsOn(systems: Systems | undefined, platform: string): boolean {
  return systems === "all" || (systems === "windows" && platform === "win32");
}

/**
 * Returns the transport `scheme:name`. Only the module of the scheme is loaded.
 * @throws {RpcError} `invalidArgument` for a name that the transport does not accept,
 * `unimplemented` if it does not work on this system at all.
 */
export function openNamed(scheme: NamedScheme, name: string): Promise<Transport> {
  return transportRegistry[scheme].open(name);
}

/** Returns the schemes that `auto:NAME` tries on that kind of system, the fastest first. */
export function autoOrder(platform: string = process.platform): readonly NamedScheme[] {
  return Object.entries<RegisteredTransport>(transportRegistry)
    .flatMap(([scheme, row]) =>
      row.address === "name" && row.autoRank !== null && existsOn(row.systems, platform)
        ? [{ scheme: scheme as NamedScheme, rank: row.autoRank }]
        : [],
    )
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ scheme }) => scheme);
}
