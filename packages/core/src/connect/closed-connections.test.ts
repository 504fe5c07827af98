import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "../call/connection.js";
import { withOptions } from "../outbound/client-stub.js";
import { watchEnd } from "../references/shapes/subscription.js";
import type { Server } from "../server/serve.js";
import { callerOf } from "../testing/conformance/cases/caller.js";
import { ConformanceReferences } from "../testing/conformance/references.crosspane.js";
import { Conformance, memory, serveConformance } from "../testing/index.js";
import { type ConnectOptions, connect } from "./connect.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const transport = memory("closed connections");
let server: Server;
beforeAll(async () => {
  server = await serveConformance(transport);
});
afterAll(() => server.close());

/** Everything that the program got from the connection. The closures under test refer to it. */
interface Got {
  connection?: Connection;
  client?: Conformance;
  held?: unknown;
}

/** Opens and uses a connection. */
type Use = (open: (options?: ConnectOptions) => Promise<Connection>, got: Got) => Promise<void>;

const longLived = new AbortController();
const ignore = () => {};

const uses: Readonly<Record<string, Use>> = {
  "no option": async (open) => void (await open()),
  onError: async (open, got) => void (await open({ onError: () => void got.client })),
  authorize: async (open, got) => void (await open({ authorize: () => got.client !== undefined })),
  interceptors: async (open, got) =>
    void (await open({
      interceptors: [(call, next) => (got.client === undefined ? next(call) : next(call))],
    })),
  services: async (open, got) =>
    void (await open({ services: [callerOf({ upper: async (text) => (got.client ? text : "") })] })),
  "reconnect and its handlers": async (open, got) => {
    const connection = await open({ reconnect: true, onError: () => void got.client });
    connection.onStateChange(() => void got.client);
    connection.onReconnected(() => void got.client);
  },
  onStateChange: async (open, got) => void (await open()).onStateChange(() => void got.client),
  "the signal of connect": async (open, got) =>
    void (await open({ signal: longLived.signal, onError: () => void got.client })),
  "the signal of a call": async (open, got) => {
    const connection = await open({ onError: () => void got });
    const references = withOptions(connection.client(ConformanceReferences), { signal: longLived.signal });
    got.held = [await references.counter("signal"), await references.adder(1)];
  },
  "a held object": async (open, got) => {
    const connection = await open({ onError: () => void got });
    got.held = await connection.client(ConformanceReferences).counter("held");
  },
  "a released object": async (open, got) => {
    const connection = await open({ onError: () => void got });
    const counter = await connection.client(ConformanceReferences).counter("released");
    counter[Symbol.dispose]();
    got.held = counter;
  },
  "a function of the peer": async (open, got) => {
    const connection = await open({ onError: () => void got });
    got.held = await connection.client(ConformanceReferences).adder(2);
  },
  "a subscription": async (open, got) => {
    const connection = await open({ onError: () => void got });
    got.held = await connection.client(ConformanceReferences).watch("watched", () => void got);
  },
  "a stream that is being read": async (open, got) => {
    const connection = await open({ onError: () => void got });
    const counter = await connection.client(ConformanceReferences).counter("read");
    const numbers = counter.upTo(1_000_000)[Symbol.asyncIterator]();
    await numbers.next();
    got.held = numbers;
  },
  "an ended stream of objects that was not read to its end": async (open, got) => {
    const connection = await open({ onError: () => void got });
    const counters = connection.client(ConformanceReferences).stream("unread", 3)[Symbol.asyncIterator]();
    await counters.next();
    await connection.client(Conformance).add(1, 1);
    got.held = counters;
  },
  "a call that failed with its connection": async (open, got) => {
    const asked = Promise.withResolvers<void>();
    const upper = () => {
      asked.resolve();
      return new Promise<string>(() => void got);
    };
    const connection = await open({ services: [callerOf({ upper })] });
    const failed = connection.client(Conformance).askBack("never answered");
    got.held = failed.catch(() => void got);
    await asked.promise;
    connection.abort();
    await got.held;
  },
};

/** A separate function, so that no variable of the test holds the connection. */
async function useAndClose(use: Use): Promise<WeakRef<Got>> {
  const got: Got = {};
  const open = async (options: ConnectOptions = {}) => {
    const connection = await connect(transport, { onError: ignore, ...options });
    got.connection = connection;
    got.client = connection.client(Conformance);
    await got.client.add(1, 1);
    return connection;
  };
  await use(open, got);
  await got.connection?.close({ drainMs: 0 });
  return new WeakRef(got);
}

test.each(Object.entries(uses))("a closed connection is collected: %s", async (_name, use) => {
  const closed = await useAndClose(use);
  await expect
    .poll(() => {
      collect();
      return closed.deref() === undefined;
    })
    .toBe(true);
});

test("a listener that was removed from an endless subscription is collected", async () => {
  const endless = { ended: new Promise<never>(() => {}) };
  const listen = () => {
    const listener = () => {};
    watchEnd(endless, listener)();
    return new WeakRef(listener);
  };
  const listener = listen();
  await expect
    .poll(() => {
      collect();
      return listener.deref() === undefined;
    })
    .toBe(true);
});
