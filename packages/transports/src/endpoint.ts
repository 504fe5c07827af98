import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { isNamedScheme, type NamedScheme, openNamed } from "./named-transports.js";
import { assertSpawnOptions, childOf, type SpawnOptions } from "./spawn/spawn-options.js";
// Loaded now, and not with the first pipe or socket, which may be opened while a test has replaced it.
import "./next-tick.js";

/** An endpoint string, taken apart. */
export type Endpoint =
  | { readonly kind: NamedScheme | "auto"; readonly name: string }
  | { readonly kind: "stdio" }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const forms = "auto:NAME, shm:NAME, pipe:NAME, copydata:NAME, memory:NAME, tcp://127.0.0.1:PORT and stdio:";

/**
 * Reads an endpoint string.
 * @throws {RpcError} `invalidArgument` saying what is wrong with it and which forms there are.
 */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.indexOf(":");
  if (colon < 0) throw invalid(text, "it has no scheme");
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (kind === "tcp") return parseTcp(text, rest);
  if (kind === "stdio") {
    if (rest !== "") throw invalid(text, "a parent and its child need no name for what connects them");
    return { kind };
  }
  if (kind === "auto" || isNamedScheme(kind)) {
    if (rest === "") throw invalid(text, "it has no name");
    return { kind, name: rest };
  }
  throw invalid(text, "its scheme is not known");
}

/**
 * The transport for an endpoint; a transport object is returned as it is. Only the module of the scheme is loaded.
 * @throws {RpcError} `invalidArgument` as {@link parseEndpoint} does, or for a name or host that the transport does not take.
 */
export async function resolveTransport(endpoint: string | Transport): Promise<Transport> {
  if (typeof endpoint !== "string") return endpoint;
  const parsed = parseEndpoint(endpoint);
  switch (parsed.kind) {
    case "tcp": {
      const { socket } = await import("./socket/index.js");
      return socket({ host: parsed.host, port: parsed.port });
    }
    case "stdio": {
      const { stdio } = await import("./stdio/index.js");
      return stdio();
    }
    case "auto": {
      const { auto } = await import("./auto/index.js");
      return auto(parsed.name);
    }
    default:
      return openNamed(parsed.kind, parsed.name);
  }
}

/**
 * The transport for an endpoint whose server is to be started where none answers; for `stdio:`, whose server is a child.
 * @throws {RpcError} as {@link resolveTransport}, and `invalidArgument` for options that cannot be.
 */
export async function resolveSpawning(endpoint: string | Transport, spawn: SpawnOptions): Promise<Transport> {
  assertSpawnOptions(spawn);
  if (typeof endpoint === "string" && parseEndpoint(endpoint).kind === "stdio") {
    const { stdio } = await import("./stdio/index.js");
    return stdio(childOf(spawn));
  }
  const { withSpawn } = await import("./spawn/with-spawn.js");
  return withSpawn(await resolveTransport(endpoint), spawn);
}

function parseTcp(text: string, rest: string): Endpoint {
  const match = /^\/\/(?:\[([^\]]*)\]|([^:[\]/]*))(?::([^:/]*))?\/?$/.exec(rest);
  if (match === null) throw invalid(text, "it is not of the form tcp://HOST:PORT");
  const [, ipv6, plain, port = ""] = match;
  const host = ipv6 ?? plain ?? "";
  if (host === "") throw invalid(text, "it has no host");
  if (port === "") throw invalid(text, "it has no port");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw invalid(text, "its port is not a number from 0 to 65535");
  }
  return { kind: "tcp", host, port: Number(port) };
}

function invalid(text: string, problem: string): RpcError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new RpcError(
    "invalidArgument",
    `endpoint ${JSON.stringify(shown)}: ${problem}; the forms are ${forms}`,
  );
}
