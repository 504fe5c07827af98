import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import {
  connectFailure,
  mayAppear,
  type Transport,
  type TransportConnection,
} from "@crosspane/core/transport";
import { type Restarts, restartsOf, type SpawnOptions } from "../child-process/spawn-options.js";
import { type StartRecord, StartRecords } from "./start-records.js";
import { takeStartTurn } from "./start-turn.js";
import { StartedServer } from "./started-server.js";
import { textTail } from "./text-tail.js";

/** Milliseconds between two dials of a starting server. */
const pollMs = 10;

/**
 * Milliseconds before the second start of a server that found its name taken; doubled up to
 * `maxTakenMs`.
 */
const takenMs = 50;
const maxTakenMs = 2_000;

const maxBackOffMs = 10_000;

/**
 * Wraps a transport so that it starts the server if none answers. Of any number of processes that
 * dial at the same time, one starts it, and the others wait until it answers.
 * @throws {RpcError} `invalidArgument` for invalid options, or a transport that no other process
 * can listen at.
 */
export function withSpawn(transport: Transport, options: SpawnOptions): Transport {
  const restarts = restartsOf(options);
  const { endpoint, capabilities } = transport;
  if (capabilities.name === "memory") {
    const text = `connect: ${endpoint} exists inside one process only, so a server that is spawned cannot be reached there`;
    throw new RpcError("invalidArgument", text);
  }
  return {
    endpoint,
    capabilities,
    dial: (signal, found) => new SpawningDial({ transport, options, restarts, signal, found }).run(),
    listen: (acceptor) => transport.listen(acceptor),
  };
}

interface SpawningDialParts {
  readonly transport: Transport;
  readonly options: SpawnOptions;
  readonly restarts: Restarts;
  readonly signal: AbortSignal;
  readonly found: (() => void) | undefined;
}

/** One dial that starts the server if none answers. */
class SpawningDial {
  readonly #transport: Transport;
  readonly #options: SpawnOptions;
  readonly #restarts: Restarts;
  readonly #signal: AbortSignal;

  readonly #found: (() => void) | undefined;

  constructor(parts: SpawningDialParts) {
    this.#transport = parts.transport;
    this.#options = parts.options;
    this.#restarts = parts.restarts;
    this.#signal = parts.signal;
    this.#found = parts.found;
  }

  async run(): Promise<TransportConnection> {
    const { endpoint } = this.#transport;
    for (;;) {
      const connection = await this.#dial();
      if (connection !== undefined) return connection;
      const turn = await takeStartTurn(endpoint);
      if (turn === undefined) {
        await this.#wait(
          pollMs,
          () => `another process has been starting ${endpoint}, which does not answer yet`,
        );
        continue;
      }
      try {
        // The previous holder of the turn may have started a server.
        return (await this.#dial()) ?? (await this.#start());
      } finally {
        await turn.close();
      }
    }
  }

  /** Returns undefined if no server answers. */
  async #dial(): Promise<TransportConnection | undefined> {
    try {
      return await this.#transport.dial(this.#signal, this.#found);
    } catch (thrown) {
      const error = connectFailure(this.#transport.endpoint, thrown);
      if (!mayAppear(error) || this.#signal.aborted) throw error;
      return undefined;
    }
  }

  /**
   * Starts the server; called with the turn. Starts it again if it found its name taken by a server
   * that was about to end.
   */
  async #start(): Promise<TransportConnection> {
    const { endpoint } = this.#transport;
    const records = await StartRecords.open(endpoint);
    for (let takenAgainMs = takenMs; ; takenAgainMs = Math.min(2 * takenAgainMs, maxTakenMs)) {
      await this.#backOff(await records.recent(this.#restarts.windowMs));
      const record = records.next();
      const server = await StartedServer.start(this.#options, record);
      const connection = await this.#untilReady(server);
      if (connection !== undefined) return connection;
      const counted = (await records.recent(Number.POSITIVE_INFINITY)).some(({ path }) => path === record);
      if (counted) {
        const text = `connect: the server of ${endpoint} that was started ended before clients could connect: ${await server.describe()}`;
        throw new RpcError("failedPrecondition", text);
      }
      await this.#wait(
        takenAgainMs,
        () => `the name of ${endpoint} is taken by a server that does not answer`,
      );
    }
  }

  /** Returns undefined if the process has ended and no other server answers. */
  async #untilReady(server: StartedServer): Promise<TransportConnection | undefined> {
    try {
      for (;;) {
        const { hasEnded } = server;
        const connection = await this.#dial();
        if (connection !== undefined || hasEnded) return connection;
        await this.#wait(pollMs, () => "", server.ended);
      }
    } catch (thrown) {
      if (!this.#signal.aborted) throw thrown;
      // A dial that times out kills the process, which may never be ready. A cancelled dial leaves
      // the starting process alone.
      const isLate = RpcError.from(this.#signal.reason, "cancelled").code !== "cancelled";
      const text = `the server was started and does not answer: ${await server.describe()}`;
      if (isLate) server.kill();
      throw new RpcError("unavailable", text, { cause: thrown });
    }
  }

  /** @throws {RpcError} `resourceExhausted` if the server was started too often. */
  async #backOff(recent: readonly StartRecord[]): Promise<void> {
    const { maxStarts, windowMs, backOffMs } = this.#restarts;
    const last = recent.at(-1);
    if (last === undefined) return;
    const { endpoint } = this.#transport;
    if (recent.length >= maxStarts) {
      const printed = await textTail(last.path);
      const text =
        `connect: the server of ${endpoint} was started ${recent.length} times within ${windowMs} ms and did not close in order, ` +
        `so it is not started again now (spawn.restart.maxStarts = ${maxStarts}); ` +
        `the last one has printed: ${printed === "" ? "nothing" : printed}`;
      throw new RpcError("resourceExhausted", text);
    }
    const apartMs = Math.min(backOffMs * 2 ** (recent.length - 1), maxBackOffMs);
    const leftMs = last.startedAt + apartMs - Date.now();
    if (leftMs > 0) {
      await this.#wait(
        Math.min(leftMs, apartMs),
        () => `the server of ${endpoint} ended ${recent.length} times and is started again after a while`,
      );
    }
  }

  /** @throws {RpcError} `unavailable` with the text of `doing` if the signal aborts meanwhile. */
  async #wait(ms: number, doing: () => string, orUntil?: Promise<void>): Promise<void> {
    const timer = new AbortController();
    const signal = AbortSignal.any([this.#signal, timer.signal]);
    const waiting = sleep(ms, undefined, { signal }).catch(() => {});
    await (orUntil === undefined ? waiting : Promise.race([waiting, orUntil]));
    timer.abort();
    if (this.#signal.aborted) throw new RpcError("unavailable", doing(), { cause: this.#signal.reason });
  }
}
