import type { Connection } from "../../call/connection.js";
import { type ConnectOptions, connect } from "../../connect/connect.js";
import type { Code } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import type { ServeOptions, Server } from "../../server/serve.js";
import type { Transport, TransportConnection } from "../../transport/transport.js";
import { ScriptedPeer } from "../scripted-transport.js";
import { Conformance } from "./conformance.crosspane.js";
import { serveConformance } from "./conformance-service.js";
import { same } from "./same.js";

/** The target of a run of the cases. */
export interface ConformanceTarget {
  /** Address of a conformance server (`serveConformance`), in this process or another. */
  readonly transport: Transport;
  /** Returns an unused address of the same transport, a different one on each call. */
  unused(): Transport | Promise<Transport>;
}

/** One case: it passes if `run` resolves. */
export interface ConformanceCase {
  readonly group: string;
  readonly name: string;
  /** Resolves if the case passes, and rejects with its finding. */
  readonly run: (kit: ConformanceKit) => Promise<void>;
}

/**
 * Milliseconds after which something that should come by itself counts as hung. Only detects hangs:
 * a busy machine may need many times what a quiet one does.
 */
const patienceMs = 60_000;

let keys = 0;

/** A server of the case's own, in this process. */
export interface OwnServer {
  readonly transport: Transport;
  readonly server: Server;
  /** Opens a connection to it. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** Returns a client of the conformance service on a connection of its own. */
  client(options?: ConnectOptions): Promise<Conformance>;
}

/** The tools of a case. Everything that it opens is closed when the case ends. */
export class ConformanceKit {
  readonly target: ConformanceTarget;
  readonly #cleanups: (() => unknown)[] = [];
  readonly #connections: Connection[] = [];
  readonly #servers: Server[] = [];

  constructor(target: ConformanceTarget) {
    this.target = target;
  }

  /**
   * The connections that the case has made, and those of its own servers. Nothing may be in flight
   * on them at its end.
   */
  get connections(): readonly Connection[] {
    return [...this.#connections, ...this.#servers.flatMap((server) => [...server.connections])];
  }

  /** Opens a connection to the conformance server, or to another one. */
  async connect(options: ConnectOptions = {}, transport = this.target.transport): Promise<Connection> {
    const connection = await connect(transport, { onError: () => {}, timeoutMs: patienceMs, ...options });
    this.#connections.push(connection);
    this.cleanUp(() => connection.close());
    return connection;
  }

  /** Starts a conformance server of the case's own, at an unused address unless one is given. */
  async serve(options: ServeOptions = {}, transport?: Transport): Promise<OwnServer> {
    const at = transport ?? (await this.target.unused());
    const server = await serveConformance(at, options);
    this.#servers.push(server);
    this.cleanUp(() => server.close());
    const open = (how?: ConnectOptions) => this.connect(how, at);
    return {
      transport: at,
      server,
      connect: open,
      client: async (how) => (await open(how)).client(Conformance),
    };
  }

  /**
   * Starts a server that the case plays itself, message by message, for each client that dials the
   * returned transport.
   */
  async script(play: (peer: ScriptedPeer) => void): Promise<Transport> {
    const transport = await this.target.unused();
    const listener = await transport.listen({
      accept: (connection) => {
        this.cleanUp(() => connection.close());
        play(new ScriptedPeer(connection));
      },
      failed: () => {},
    });
    this.cleanUp(() => listener.close());
    return transport;
  }

  /** Returns a client of the conformance service on a connection of its own. */
  async client(options?: ConnectOptions): Promise<Conformance> {
    return (await this.connect(options)).client(Conformance);
  }

  /** Opens a raw connection, over which the case speaks any protocol. */
  async raw(transport = this.target.transport): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(await this.#dial(transport));
    this.cleanUp(() => peer.connection.close());
    return peer;
  }

  /** Dials again if a busy server refuses, as `connect` does. */
  async #dial(transport: Transport): Promise<TransportConnection> {
    let link: TransportConnection | undefined;
    await this.until(async () => {
      try {
        link = await transport.dial(new AbortController().signal);
      } catch (thrown) {
        if (!(thrown instanceof RpcError) || thrown.code !== "unavailable") throw thrown;
      }
      return link !== undefined;
    }, "a raw connection");
    return link as unknown as TransportConnection;
  }

  /** Runs a function when the case ends, whatever its outcome. */
  cleanUp(undo: () => unknown): void {
    this.#cleanups.push(undo);
  }

  /** Returns a text that no other case uses. */
  key(): string {
    return `key ${++keys} ${Math.random()}`;
  }

  /** Throws unless the two are the same, class for class and item for item. */
  equal(actual: unknown, expected: unknown): void {
    if (!same(actual, expected)) throw new Error(`expected ${show(expected)}, got ${show(actual)}`);
  }

  /** Throws an error with the text `what` unless the condition holds. */
  isTrue(condition: boolean, what: string): void {
    if (!condition) throw new Error(what);
  }

  /** Expects a rejection with this code, and a message that contains each of the texts. */
  async fails(promise: Promise<unknown>, code: Code, ...texts: readonly string[]): Promise<RpcError> {
    let value: unknown;
    try {
      value = await this.soon(promise, `an error of code ${code}`);
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
      if (thrown.code !== code)
        throw new Error(`expected code ${code}, got ${thrown.code}: ${thrown.message}`);
      for (const text of texts) {
        if (!thrown.message.includes(text))
          throw new Error(`expected "${text}" in the message: ${thrown.message}`);
      }
      return thrown;
    }
    throw new Error(`expected an error of code ${code}, got the value ${show(value)}`);
  }

  /** Waits for a promise for a limited time. A hang fails by name. */
  async soon<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} did not come within ${patienceMs} ms`)), patienceMs);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until a condition holds. */
  async until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`${what} did not come within ${patienceMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /**
   * Repeats something that must be done before a deadline, with a longer one each time that the
   * machine was too slow.
   * @param attempt resolves to false if the deadline passed too early.
   */
  async inTime(timeoutMs: number, attempt: (timeoutMs: number) => Promise<boolean>): Promise<void> {
    for (let allowedMs = timeoutMs; !(await attempt(allowedMs)); allowedMs *= 4) {
      if (allowedMs > patienceMs) throw new Error(`${allowedMs} ms were too short`);
    }
  }

  /** Undoes what the case has opened, latest first. */
  async finish(): Promise<void> {
    for (const undo of this.#cleanups.splice(0).reverse()) await undo();
  }
}

function show(value: unknown): string {
  try {
    const text =
      JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item)) ??
      "undefined";
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch {
    return String(value);
  }
}
