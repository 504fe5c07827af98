import { type Connection, connect, RpcError, type Server, serve } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { Load, loadImplementation } from "../load/load-service.js";
import { converse } from "./conversation.js";
import { type CrashPoint, describePoint, type Tally } from "./crash-point.js";
import { OpenCalls } from "./open-calls.js";
import { VictimProcess } from "./victim-process.js";

/** Observations of the survivor of one crash. */
export interface Survival {
  readonly point: CrashPoint | undefined;
  /**
   * True if the victim died at the point. Otherwise it had fewer operations this time, and ended in
   * order.
   */
  readonly isHit: boolean;
  readonly tally: Tally | undefined;
  /** Number of calls that were open when the victim died, or failed because of it. */
  readonly lostCalls: number;
  /** Milliseconds from the end of the victim until its calls and its connection were gone. */
  readonly noticedMs: number;
  /**
   * Milliseconds after that until a new connection to the same address has received its first
   * result.
   */
  readonly reconnectedMs: number;
  /** Violated expectations. */
  readonly problems: readonly string[];
}

const quiet = { services: [loadImplementation], onError: () => {} };
/** Timeout for a victim or a connection that hangs. */
const giveUpMs = 60_000;

/** Talks at one address to processes that crash, one after the other, always on the same side. */
export class Survivor {
  readonly #transport: Transport;
  readonly #victimRole: "client" | "server";
  #server: Server | undefined;
  #next: VictimProcess;
  /** The calls and the connection of the current victim. */
  #calls = new OpenCalls();
  #connection: Connection | undefined;

  private constructor(transport: Transport, victimRole: "client" | "server") {
    this.#transport = transport;
    this.#victimRole = victimRole;
    this.#next = new VictimProcess(transport.endpoint);
  }

  static async start(transport: Transport, victimRole: "client" | "server"): Promise<Survivor> {
    const survivor = new Survivor(transport, victimRole);
    if (victimRole === "client") {
      survivor.#server = await serve(transport, [loadImplementation], {
        onError: () => {},
        onConnection: (connection) => survivor.#meet(connection),
      });
    }
    return survivor;
  }

  async close(): Promise<void> {
    await this.#next.kill();
    await this.#server?.close({ drainMs: 0 });
  }

  /** Runs one victim from its start to its end, and the first connection after it. */
  async face(point?: CrashPoint): Promise<Survival> {
    const victim = this.#next;
    // Started now, because starting takes a while and this victim keeps the survivor busy.
    this.#next = new VictimProcess(this.#transport.endpoint);
    this.#calls = new OpenCalls();
    this.#connection = undefined;
    const { endpoint } = this.#transport;
    await victim.start({ role: this.#victimRole, endpoint, ...(point === undefined ? {} : { point }) });
    return this.#victimRole === "client" ? this.#faceClient(victim, point) : this.#faceServer(victim, point);
  }

  /** Makes the calls of this side, as the peer makes its own. */
  #meet(connection: Connection): void {
    this.#connection = connection;
    const { add, wrong } = this.#calls;
    converse(connection, () => {}, add).catch((error: unknown) => {
      if (!(error instanceof RpcError)) wrong.push(String(error));
    });
  }

  async #faceClient(victim: VictimProcess, point: CrashPoint | undefined): Promise<Survival> {
    const end = await this.#end(victim);
    const server = this.#server as Server;
    const gone = await until(() => this.#calls.open === 0 && server.connections.size === 0);
    const noticedMs = performance.now() - end.at;
    const problems = [...this.#problems()];
    if (!gone) problems.push(`${server.connections.size} connections and ${this.#calls.open} calls live on`);
    const survival = this.#survival(point, end, noticedMs);
    const reconnectedMs = await firstAnswer(this.#transport);
    return { ...survival, reconnectedMs, problems };
  }

  async #faceServer(victim: VictimProcess, point: CrashPoint | undefined): Promise<Survival> {
    let isDead = false;
    // Retries if a server dies before it answers, because another one will start soon.
    const connecting = connect(this.#transport, { ...quiet, timeoutMs: giveUpMs });
    const met = connecting.then((connection) => {
      if (!isDead) this.#meet(connection);
      return connection;
    });
    met.catch(() => {});
    const end = await this.#end(victim);
    isDead = true;
    const connection = this.#connection;
    const gone = await until(() => this.#calls.open === 0);
    const noticedMs = performance.now() - end.at;
    const problems = [...this.#problems()];
    if (!gone) problems.push(`${this.#calls.open} calls live on`);
    if (connection !== undefined) {
      await connection.closed;
      await connection.close();
    }
    const survival = this.#survival(point, end, noticedMs);
    const before = performance.now();
    const server = await serve(this.#transport, [loadImplementation], { onError: () => {} });
    if (this.#connection === undefined) {
      const late = await met;
      // The connection may have met the victim in its last moment, through messages that it had
      // sent already.
      if (server.connections.size === 0) await late.closed;
      else if ((await late.client(Load).add(3, 4)) !== 7)
        problems.push("a waiting client got a wrong answer");
      await late.close({ drainMs: 0 });
    }
    await firstAnswer(this.#transport);
    const reconnectedMs = performance.now() - before;
    await server.close({ drainMs: 0 });
    return { ...survival, reconnectedMs, problems };
  }

  async #end(victim: VictimProcess) {
    const timer = setTimeout(() => void victim.kill(), giveUpMs);
    const end = await victim.ended;
    clearTimeout(timer);
    return end;
  }

  #survival(point: CrashPoint | undefined, end: Awaited<VictimProcess["ended"]>, noticedMs: number) {
    if (end.crashedAt === undefined && end.tally === undefined) {
      throw new Error(`the victim neither crashed where it should nor came through: ${end.how}`);
    }
    const lostCalls = this.#calls.made - this.#calls.answered;
    const isHit = point !== undefined && end.crashedAt === describePoint(point);
    return { point, isHit, tally: end.tally, lostCalls, noticedMs };
  }

  *#problems(): Iterable<string> {
    const { failed, wrong } = this.#calls;
    yield* wrong;
    for (const [code, count] of failed) {
      if (code !== "unavailable") yield `${count} calls failed with ${code} instead of unavailable`;
    }
  }
}

/** Returns the milliseconds until a new client has received its first result. */
async function firstAnswer(transport: Transport): Promise<number> {
  const before = performance.now();
  const connection = await connect(transport, { ...quiet, timeoutMs: giveUpMs });
  const sum = await connection.client(Load).add(2, 2);
  if (sum !== 4) throw new Error(`2 + 2 gave ${sum}`);
  const took = performance.now() - before;
  await connection.close({ drainMs: 0 });
  return took;
}

async function until(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + giveUpMs;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return true;
}
