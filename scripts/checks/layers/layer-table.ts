import {
  type RegisteredTransport,
  transportRegistry,
} from "../../../packages/transports/src/transport-registry.ts";

/**
 * The layers that each layer of a package may import, beside itself. Layers are folders and files
 * directly below the package's `src`.
 */
export interface LayerTable {
  readonly package: string;
  readonly layers: Readonly<Record<string, readonly Edge[]>>;
  /** Folders that are one layer together, by its name. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Code below `src` that belongs to no layer: only tests use it. */
  readonly outside?: readonly string[];
}

/** The name of a layer, or a narrower entry to it. */
export type Edge = string | NarrowEdge;

export interface NarrowEdge {
  readonly to: string;
  /** The only file of the layer that may be imported. */
  readonly file?: string;
  /** Only the layer's types. */
  readonly typesOnly?: boolean;
}

/** Everything in the same package. */
const ALL = ".*";

/** All folders of transports as one layer. A rule of its own keeps them apart from each other. */
const TRANSPORT = "<transport>";

export const transportFolders = Object.values<RegisteredTransport>(transportRegistry).flatMap(
  ({ module }) => /^@crosspane\/transports\/(.+)$/.exec(module)?.[1] ?? [],
);

export const layerTables: readonly LayerTable[] = [
  {
    package: "core",
    outside: ["test-support"],
    layers: {
      // Differences between runtimes and realms: built-in objects, timers.
      runtime: [],
      errors: ["runtime"],
      codec: ["errors"],
      transport: ["runtime", "errors"],
      shape: [
        "runtime",
        "errors",
        // A number that needs a hint for the encoder, and the bound of the work on a value.
        { to: "codec", file: "negative-zero.ts" },
        { to: "transport", file: "limits.ts" },
      ],
      service: ["runtime", "errors", { to: "transport", typesOnly: true }, "shape"],
      policy: ["errors", { to: "transport", typesOnly: true }, "service"],
      wire: [
        "errors",
        "codec",
        // A handshake lists services and negotiates limits.
        { to: "transport", file: "limits.ts" },
        { to: "service", typesOnly: true },
      ],
      // What both directions of a call share.
      call: ["runtime", "errors", "transport", "shape", "service", "wire"],
      // Code around a call: it knows calls, not how they travel.
      interceptor: ["runtime", "errors", { to: "transport", typesOnly: true }, "call"],
      // Functions, objects and streams that travel by reference.
      references: ["runtime", "errors", "transport", "shape", "service", "wire", "call"],
      // Calls that this side makes, and calls that it answers: neither knows the other.
      outbound: [
        "runtime",
        "errors",
        "transport",
        "shape",
        "service",
        "wire",
        "call",
        "interceptor",
        "references",
      ],
      inbound: [
        "runtime",
        "errors",
        "transport",
        "shape",
        "service",
        "wire",
        "call",
        "interceptor",
        "references",
      ],
      // Wires both directions to one transport connection.
      connection: [
        "runtime",
        "errors",
        "transport",
        "service",
        "policy",
        "wire",
        "call",
        "interceptor",
        "references",
        "outbound",
        "inbound",
      ],
      // Helpers for callbacks.
      events: [
        "runtime",
        "errors",
        "service",
        "call",
        "references",
        { to: "outbound", file: "prepared-args.ts" },
      ],
      connect: ["runtime", "errors", "transport", "service", "call", "interceptor", "outbound", "connection"],
      server: ["runtime", "errors", "transport", "service", "call", "connection"],
      // Services for programs that do not speak the protocol.
      bridge: ["errors", "transport", "shape", "service", "references"],
      // The one optional part: it needs a package that core itself does not.
      opentelemetry: ["runtime", { to: "errors", file: "assert-options.ts" }, "interceptor"],
      "stub-v1": ["errors", "shape", "service", "references", { to: "outbound", file: "client-stub.ts" }],
      testing: [ALL],
      "index.ts": [
        "errors",
        "transport",
        "service",
        "policy",
        "call",
        "interceptor",
        "references",
        "outbound",
        "connection",
        "events",
        "connect",
        "server",
      ],
    },
  },
  {
    package: "codegen",
    outside: ["test-support"],
    layers: {
      model: [],
      text: [],
      "config.ts": [],
      "contract-paths.ts": [],
      "runtime-symbols.ts": [],
      // config.ts defines the error of configuration.
      read: ["model", "config.ts"],
      check: ["model"],
      emit: ["model", "text", "runtime-symbols.ts", "contract-paths.ts"],
      "runtime-module.ts": ["contract-paths.ts", "runtime-symbols.ts"],
      "find-contracts.ts": ["read", "config.ts", "contract-paths.ts"],
      "generate.ts": [
        "read",
        "check",
        "emit",
        { to: "model", typesOnly: true },
        "find-contracts.ts",
        "runtime-module.ts",
        "config.ts",
        "contract-paths.ts",
      ],
      "watch.ts": ["generate.ts", "config.ts", "contract-paths.ts"],
      "index.ts": [
        "generate.ts",
        "watch.ts",
        "config.ts",
        "contract-paths.ts",
        { to: "check", typesOnly: true },
        { to: "model", typesOnly: true },
      ],
    },
  },
  {
    package: "transports",
    outside: ["test-support"],
    groups: { [TRANSPORT]: transportFolders },
    layers: {
      win32: [],
      errors: [],
      files: ["errors"],
      "child-process": ["errors"],
      "buffered-connection": [],
      "byte-stream": ["errors", "buffered-connection"],
      secret: [],
      // Large data beside the calls.
      data: ["win32", "files"],
      // Generated code of projects that declare no core.
      "stub-v1": [],
      [TRANSPORT]: ["win32", "errors", "files", "child-process", "buffered-connection", "byte-stream"],
      "transport-registry.ts": [TRANSPORT],
      auto: ["transport-registry.ts"],
      spawn: ["errors", "files", "child-process", "transport-registry.ts"],
      "endpoint.ts": [
        "child-process",
        { to: "byte-stream", file: "next-tick.ts" },
        "transport-registry.ts",
        "auto",
        "spawn",
      ],
      "index.ts": ["child-process", "secret", "spawn", "endpoint.ts"],
    },
  },
  {
    package: "bridges",
    outside: ["test-support"],
    layers: {
      // One folder for each bridge; bridges do not import each other.
      http: [],
      automation: [],
    },
  },
];

/** Returns the edge in words, such as "the types of transport". */
export function describeEdge(edge: Edge): string {
  if (typeof edge === "string") return edge === ALL ? "all" : edge;
  const place = edge.file === undefined ? edge.to : `${edge.to}/${edge.file}`;
  return edge.typesOnly === true ? `the types of ${place}` : place;
}

/** Entry points of programs and other packages. Code that none of them reaches is dead. */
export const entryPoints = [
  "^packages/core/src/index\\.ts$",
  "^packages/core/src/(stub-v1|transport|bridge|opentelemetry|testing)/index\\.ts$",
  "^packages/codegen/src/index\\.ts$",
  "^packages/crosspane/src/cli\\.ts$",
  "^packages/transports/src/index\\.ts$",
  "^packages/transports/src/[^/]+/index\\.ts$",
  "^packages/bridges/src/[^/]+/index\\.ts$",
  // A thread begins there.
  "^packages/transports/src/copy-data/pump-worker\\.ts$",
  "^packages/bridges/src/automation/apartment-worker\\.ts$",
] as const;
