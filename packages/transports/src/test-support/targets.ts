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

/** The transports that have addresses. */
export type TransportName = NamedScheme | HostScheme;

/** A way to make addresses of one transport that nobody uses. */
export interface Addresses {
  readonly name: TransportName;
  /** Whether another process can reach it. */
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

/** Every transport that the conformance cases run over, or those that `CROSSPANE_TRANSPORTS` names, by commas. */
export const addresses: readonly Addresses[] = chosen(process.env["CROSSPANE_TRANSPORTS"]);

/** Whether they run over `stdio:` too, which has no addresses. */
export const withStdio = isChosen("stdio");

/** Whether they run over `message-port:` too, which has none either. */
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

/** A port that was free a moment ago: a case needs to know its address before anybody listens there. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
