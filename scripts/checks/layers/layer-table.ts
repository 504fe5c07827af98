/**
 * The layers that each layer of a package may import, beside itself. Layers are folders and files
 * directly below the package's `src`.
 */
export interface LayerTable {
  readonly package: string;
  readonly layers: Readonly<Record<string, readonly Edge[]>>;
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

export const layerTables: readonly LayerTable[] = [
  {
    package: "core",
    outside: ["test-support"],
    layers: {
      // Differences between runtimes and realms: built-in objects, timers.
      runtime: [],
      errors: ["runtime"],
      shape: [
        "errors",
        "runtime",
        // A number that needs a hint for the encoder, and the bound of the work on a value.
        { to: "codec", file: "negative-zero.ts" },
        { to: "transport", file: "limits.ts" },
      ],
      service: ["shape", "errors", "runtime", { to: "policy", file: "peer-rule.ts" }],
      policy: ["errors", { to: "service", typesOnly: true }, { to: "transport", typesOnly: true }],
      // References, as shapes and as the program holds them.
      reference: ["service", "shape", "errors", "runtime"],
      transport: ["errors", "runtime"],
      codec: ["errors"],
      wire: [
        "codec",
        "errors",
        // A handshake lists services and negotiates limits.
        { to: "service", typesOnly: true },
        { to: "transport", file: "limits.ts" },
      ],
      // Code around a call: it knows calls, not how they travel.
      interceptor: [
        "errors",
        "runtime",
        { to: "transport", typesOnly: true },
        { to: "session", file: "deadline.ts" },
      ],
      session: [
        "interceptor",
        "policy",
        "wire",
        "reference",
        "service",
        "shape",
        "transport",
        "errors",
        "runtime",
      ],
      // Helpers for callbacks.
      events: ["session", "reference", "service", "errors", "runtime"],
      client: [
        "session",
        "interceptor",
        "policy",
        "reference",
        "service",
        "shape",
        "transport",
        "errors",
        "runtime",
      ],
      // A connection is symmetric: a server accepts the same connection as the client's.
      server: [
        { to: "client", file: "session-connection.ts" },
        "session",
        { to: "interceptor", file: "interceptor.ts" },
        { to: "policy", typesOnly: true },
        "service",
        "shape",
        "transport",
        "errors",
        "runtime",
      ],
      // The one optional part: it needs a package that core itself does not.
      opentelemetry: ["interceptor", "runtime", { to: "errors", file: "assert-options.ts" }],
      "stub-v1": [{ to: "client", file: "client-stub.ts" }, "reference", "service", "shape", "errors"],
      testing: [ALL],
      "index.ts": [
        "client",
        "server",
        "events",
        "session",
        "interceptor",
        "policy",
        "reference",
        "service",
        "transport",
        "errors",
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
      "find-contracts.ts": ["read", "config.ts", "contract-paths.ts"],
      "generate.ts": [
        "read",
        "check",
        "emit",
        { to: "model", typesOnly: true },
        "find-contracts.ts",
        "config.ts",
        "contract-paths.ts",
      ],
      "report.ts": [
        { to: "check", typesOnly: true },
        { to: "generate.ts", typesOnly: true },
        "config.ts",
        "contract-paths.ts",
      ],
      "watch.ts": ["generate.ts", "config.ts", "contract-paths.ts"],
      "cli.ts": ["generate.ts", "report.ts", "watch.ts", "config.ts"],
      "index.ts": [
        "generate.ts",
        "watch.ts",
        "config.ts",
        { to: "check", typesOnly: true },
        { to: "model", typesOnly: true },
      ],
    },
  },
];

/** Entry points of programs and other packages. Code that none of them reaches is dead. */
export const entryPoints = [
  "^packages/core/src/index\\.ts$",
  "^packages/core/src/(stub-v1|transport|opentelemetry|testing)/index\\.ts$",
  "^packages/codegen/src/(index|cli)\\.ts$",
  "^packages/transports/src/index\\.ts$",
  "^packages/transports/src/[^/]+/index\\.ts$",
  // A thread begins there.
  "^packages/transports/src/copy-data/pump-worker\\.ts$",
] as const;
