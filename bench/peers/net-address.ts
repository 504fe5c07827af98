import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Returns the address for `node:net` of an endpoint, `pipe:NAME` or `tcp://HOST:PORT`. */
export function netAddress(endpoint: string): { path: string } | { host: string; port: number } {
  if (!endpoint.startsWith("pipe:")) {
    const { hostname, port } = new URL(endpoint);
    return { host: hostname, port: Number(port) };
  }
  const name = endpoint.slice("pipe:".length);
  return { path: process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`) };
}

/** Returns the endpoint of a listening server, with the port that the system chose. */
export function boundEndpoint(server: Server, endpoint: string): string {
  const bound = server.address();
  return bound === null || typeof bound === "string" ? endpoint : `tcp://127.0.0.1:${bound.port}`;
}
