import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcError } from "@crosspane/core";
import type { Transport, TransportConnection, TransportListener } from "@crosspane/core/transport";
import { afterAll, afterEach, beforeAll } from "vitest";
import { namedPipe } from "../named-pipe/index.js";
import { userPipePath } from "../named-pipe/pipe-name.js";
import { unixSocketPath } from "../named-pipe/unix-socket-path.js";
import { socket } from "../socket/index.js";

/**
 * A kind of byte-stream transport under test, with the means for a program to reach it directly.
 */
export interface Kind {
  readonly name: string;
  /** Returns a transport at an unused address. */
  fresh(): Transport;
  /** Returns a transport that dials the endpoint of a listener. */
  dialer(listenerEndpoint: string): Transport;
  /** Returns the arguments of `net.connect` for a listener. */
  raw(listenerEndpoint: string): Promise<{ path: string } | { host: string; port: number }>;
}

export const kinds: readonly Kind[] = [
  {
    name: "tcp",
    fresh: () => socket({ port: 0 }),
    dialer: (endpoint) => socket({ port: Number(new URL(endpoint).port) }),
    raw: async (endpoint) => ({ host: "127.0.0.1", port: Number(new URL(endpoint).port) }),
  },
  {
    name: "pipe",
    fresh: () => namedPipe(freshName()),
    dialer: (endpoint) => namedPipe(endpoint.slice("pipe:".length)),
    async raw(endpoint) {
      const name = endpoint.slice("pipe:".length);
      return { path: process.platform === "win32" ? await ownPipePath(name) : await unixSocketPath(name) };
    },
  },
];

/** Loads the modules for Windows only there. */
export async function ownPipePath(name: string): Promise<string> {
  const { ownIdentity } = await import("../win32/process-identity.js");
  return userPipePath(name, ownIdentity());
}

export function freshName(): string {
  return `test-${randomUUID().slice(0, 8)}`;
}

/** Gives the sockets of a test file a folder of their own, hidden from other test runs. */
export function usePrivateRuntimeFolder(): void {
  const before = process.env;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "xp-"));
    process.env = { ...before, XDG_RUNTIME_DIR: folder };
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A listener whose connections can be awaited. */
export interface Listening {
  readonly listener: TransportListener;
  accepted(): Promise<TransportConnection>;
}

const openThings = new Set<() => Promise<void>>();

/**
 * Closes everything that {@link listen} and {@link open} created in each test, so that a failed
 * test does not fail the next one too.
 */
export function closeAfterEach(): void {
  afterEach(async () => {
    const things = [...openThings];
    openThings.clear();
    await Promise.all(things.map((close) => close()));
  });
}

export function own(connection: TransportConnection): TransportConnection {
  openThings.add(() => {
    connection.abort(new RpcError("cancelled", "the test is over"));
    return connection.close();
  });
  return connection;
}

export async function listen(transport: Transport): Promise<Listening> {
  const waiting: ((connection: TransportConnection) => void)[] = [];
  const ready: TransportConnection[] = [];
  const listener = await transport.listen({
    accept(connection) {
      own(connection);
      const next = waiting.shift();
      if (next === undefined) ready.push(connection);
      else next(connection);
    },
    failed(error) {
      throw error;
    },
  });
  openThings.add(() => listener.close());
  const accepted = async () =>
    ready.shift() ?? new Promise<TransportConnection>((done) => waiting.push(done));
  return { listener, accepted };
}

export async function dial(transport: Transport): Promise<TransportConnection> {
  return own(await transport.dial(new AbortController().signal));
}

/** Dials again while the server is too busy to accept, as `connect` does. */
export async function dialPatiently(transport: Transport): Promise<TransportConnection> {
  for (;;) {
    try {
      return await dial(transport);
    } catch (error) {
      if (RpcError.from(error).code !== "unavailable") throw error;
    }
  }
}

/** Two ends of one connection, neither started. */
export interface Link {
  readonly client: TransportConnection;
  readonly server: TransportConnection;
}

export async function open(kind: Kind): Promise<Link> {
  const { listener, accepted } = await listen(kind.fresh());
  const [client, server] = await Promise.all([dial(kind.dialer(listener.endpoint)), accepted()]);
  await listener.close();
  return { client, server };
}
