import { RpcError } from "@crosspane/core";
import { givenKind, isTransport, nearestName, type Transport } from "@crosspane/core/transport";
// Loaded now: a test may have replaced `nextTick` by the time that the first pipe or socket is
// opened.
import "./byte-stream/next-tick.js";
import { assertSpawnOptions, childOf, type SpawnOptions } from "./child-process/spawn-options.js";
import {
  type ChildScheme,
  formOf,
  type HostScheme,
  isEndpointScheme,
  type NamedScheme,
  openNamed,
  transportRegistry,
} from "./transport-registry.js";

/** A parsed endpoint string. */
export type Endpoint =
  | { readonly kind: NamedScheme | "auto"; readonly name: string }
  | { readonly kind: ChildScheme }
  | { readonly kind: HostScheme; readonly host: string; readonly port: number };

/**
 * Parses an endpoint string.
 * @throws {RpcError} `invalidArgument`, which names the problem and the valid forms.
 */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.indexOf(":");
  if (colon < 0) throw invalid(text, "it has no scheme", meantEndpoint(text));
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (kind === "auto") return { kind, name: parseName(text, rest) };
  if (!isEndpointScheme(kind)) throw invalid(text, "its scheme is not known", meantEndpoint(text));
  const { address } = transportRegistry[kind];
  switch (address) {
    case "name":
      return { kind: kind as NamedScheme, name: parseName(text, rest) };
    case "host":
      return { kind: kind as HostScheme, ...parseHost(text, kind, rest) };
    case "child":
      if (rest !== "") throw invalid(text, "it takes no name, because it connects a parent and its child");
      return { kind: kind as ChildScheme };
  }
}

/**
 * Returns the transport for an endpoint, or a transport object as it is. Only the module of the
 * scheme is loaded.
 * @throws {RpcError} `invalidArgument` as {@link parseEndpoint} does, or for a name or host that
 * the transport does not accept.
 */
export async function resolveTransport(endpoint: string | Transport): Promise<Transport> {
  if (typeof endpoint !== "string") return assertTransport(endpoint);
  const parsed = parseEndpoint(endpoint);
  if (isChild(parsed)) return transportRegistry[parsed.kind].open();
  if ("host" in parsed) return transportRegistry[parsed.kind].open(parsed);
  if (parsed.kind === "auto") return (await import("./auto/index.js")).auto(parsed.name);
  return openNamed(parsed.kind, parsed.name);
}

/**
 * Returns the transport for an endpoint whose server is started if none answers. The server of
 * `stdio:` is a child of this process.
 * @throws {RpcError} as {@link resolveTransport} does, and `invalidArgument` for invalid options.
 */
export async function resolveSpawning(endpoint: string | Transport, spawn: SpawnOptions): Promise<Transport> {
  assertSpawnOptions(spawn);
  if (typeof endpoint === "string") {
    const parsed = parseEndpoint(endpoint);
    if (isChild(parsed)) return transportRegistry[parsed.kind].open(childOf(spawn));
  }
  const { withSpawn } = await import("./spawn/with-spawn.js");
  return withSpawn(await resolveTransport(endpoint), spawn);
}

type ChildEndpoint = Extract<Endpoint, { readonly kind: ChildScheme }>;

function isChild(endpoint: Endpoint): endpoint is ChildEndpoint {
  return !("name" in endpoint || "host" in endpoint);
}

function parseName(text: string, rest: string): string {
  if (rest === "") throw invalid(text, "it has no name");
  return rest;
}

function parseHost(text: string, scheme: string, rest: string): { host: string; port: number } {
  const match = /^\/\/(?:\[([^\]]*)\]|([^:[\]/]*))(?::([^:/]*))?\/?$/.exec(rest);
  if (match === null) throw invalid(text, `it is not of the form ${scheme}://HOST:PORT`);
  const [, ipv6, plain, port = ""] = match;
  const host = ipv6 ?? plain ?? "";
  if (host === "") throw invalid(text, "it has no host");
  if (port === "") throw invalid(text, "it has no port");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw invalid(text, "its port is not a number from 0 to 65535");
  }
  return { host, port: Number(port) };
}

function forms(): string {
  const known = Object.entries(transportRegistry).filter(([scheme]) => isEndpointScheme(scheme));
  const all = ["auto:NAME", ...known.map(([scheme, row]) => formOf(scheme, row))];
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** Checks what only plain JavaScript or a cast can pass. */
function assertTransport(endpoint: Transport): Transport {
  if (isTransport(endpoint)) return endpoint;
  throw new RpcError(
    "invalidArgument",
    `endpoint: it must be a string such as "pipe:NAME" or a transport object, got ${givenKind(endpoint)}`,
  );
}

/** Returns the endpoint that was probably meant, if one is close. */
function meantEndpoint(text: string): string | undefined {
  const windowsPipe = /^[\\/]{2}[.?][\\/]pipe[\\/]([^\\/:]+)$/i.exec(text)?.[1];
  if (windowsPipe !== undefined) return `pipe:${windowsPipe}`;
  if (/^[\w.-]+$/.test(text)) return `pipe:${text}`;
  const [, scheme = "", rest = ""] = /^(\w+):(.+)$/.exec(text) ?? [];
  if (rest.startsWith("//")) return /:\d+\/?$/.test(rest) ? `tcp:${rest}` : undefined;
  const known = nearestName(scheme, ["auto", ...Object.keys(transportRegistry).filter(isEndpointScheme)]);
  return known === undefined || rest === "" ? undefined : `${known}:${rest}`;
}

function invalid(text: string, problem: string, meant?: string): RpcError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  const guess = meant === undefined || meant.length > 200 ? "" : ` did you mean ${meant}?`;
  return new RpcError(
    "invalidArgument",
    `endpoint ${JSON.stringify(shown)}: ${problem};${guess} the forms are ${forms()}`,
  );
}
