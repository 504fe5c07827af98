import { createServer } from "node:net";
import type { Transport } from "@crosspane/core/transport";
import { resolveTransport } from "../endpoint.js";
import {
  existsOn,
  type HostScheme,
  type NamedScheme,
  type RegisteredTransport,
  transportRegistry,
} from "../transport-registry.js";

/** Transports that have addresses. */
export type TransportName = NamedScheme | HostScheme;

/** Source of unused addresses of one transport. */
export interface Addresses {
  readonly name: TransportName;
  /** True if another process can reach it. */
  readonly betweenProcesses: boolean;
  unused(): Promise<Transport>;
}

let names = 0;
const uniqueName = () => `test-${process.pid}-${++names}-${Math.random().toString(36).slice(2)}`;

const all: readonly Addresses[] = Object.entries<RegisteredTransport>(transportRegistry).flatMap(
  ([scheme, { address, systems, conformance }]) => {
    if ((address !== "name" && address !== "host") || !existsOn(systems, process.platform)) return [];
    const unusedEndpoint = {
      name: async () => `${scheme}:${uniqueName()}`,
      host: async () => `${scheme}://127.0.0.1:${await freePort()}`,
    }[address];
    return {
      name: scheme as TransportName,
      betweenProcesses: conformance.includes("between two processes"),
      unused: async () => resolveTransport(await unusedEndpoint()),
    };
  },
);

/**
 * Transports that the conformance cases run over: all, or those that `CROSSPANE_TRANSPORTS` names,
 * separated by commas.
 */
export const addresses: readonly Addresses[] = chosen(process.env["CROSSPANE_TRANSPORTS"]);

/** True if the cases also run over `stdio:`, which has no addresses. */
export const withStdio = isChosen("stdio");

/** True if the cases also run over `message-port:`, which has no addresses. */
export const withMessagePort = isChosen("message-port");

function isChosen(name: string): boolean {
  return process.env["CROSSPANE_TRANSPORTS"]?.split(",").includes(name) ?? true;
}

function chosen(names: string | undefined): readonly Addresses[] {
  if (names === undefined) return all;
  return names.split(",").flatMap((name) => {
    const found = all.filter((each) => each.name === name);
    if (found.length === 0 && name !== "stdio" && name !== "message-port")
      throw new Error(`CROSSPANE_TRANSPORTS names ${name}, which is not a transport here`);
    return found;
  });
}

/**
 * Finds a port that was free a moment ago: a case must know its address before a server listens.
 */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
