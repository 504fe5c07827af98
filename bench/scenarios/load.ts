import type { EchoClient } from "../peers/peer.js";
import { cpuTimeUs } from "../processes/cpu-time.js";
import { Latencies } from "./latencies.js";
import type { Measure, Stage } from "./scenario.js";

export interface Load {
  readonly clients: readonly EchoClient[];
  readonly payloadBytes: number;
  /**
   * Calls in flight at any time on each connection. A single call is timed, several are counted.
   */
  readonly inFlight: number;
}

const warmUpInFlight = 32;

/** Calls until the code is warm, then measures. */
export async function measureLoad(stage: Stage, load: Load): Promise<Measure["values"]> {
  const { warmUp, measureMs } = stage.settings;
  const payload = new Uint8Array(load.payloadBytes).map((_, index) => index);
  await Promise.all(load.clients.map((client) => assertEcho(client, payload)));
  const many = { ...load, inFlight: Math.max(load.inFlight, warmUpInFlight) };
  await callFor(many, payload.subarray(0, 64), (calls, ms) => ms >= warmUp.maxMs || calls >= warmUp.calls);
  await callFor(load, payload, (_calls, ms) => ms >= warmUp.settleMs);

  const latencies = load.inFlight * load.clients.length === 1 ? new Latencies() : undefined;
  const serverBefore = await stage.serverCpuTimeUs();
  const before = cpuTimeUs();
  const startedAt = performance.now();
  const isOver = (_calls: number, ms: number) => ms >= measureMs || latencies?.isFull === true;
  const calls =
    latencies === undefined
      ? await callFor(load, payload, isOver)
      : await callAndTime(load.clients[0] as EchoClient, payload, { latencies, isOver });
  const seconds = (performance.now() - startedAt) / 1000;
  const after = cpuTimeUs();
  const serverAfter = await stage.serverCpuTimeUs();
  return {
    ...latencies?.summary(),
    callsPerSecond: calls / seconds,
    clientCpuUs: (after - before) / calls,
    serverCpuUs: (serverAfter - serverBefore) / calls,
  };
}

type IsOver = (calls: number, ms: number) => boolean;

/** Keeps calls in flight on all connections; returns how many were answered. */
async function callFor({ clients, inFlight }: Load, payload: Uint8Array, isOver: IsOver): Promise<number> {
  const startedAt = performance.now();
  let calls = 0;
  let isStopped = false;
  async function callAgainAndAgain(client: EchoClient): Promise<void> {
    while (!isStopped) {
      const { length } = await client.echo(payload);
      if (length !== payload.length) throw new Error(`${length} bytes came back of ${payload.length}`);
      // Reading the clock at each call would cost as much as a part of the call.
      if ((++calls & 7) === 0) isStopped ||= isOver(calls, performance.now() - startedAt);
    }
  }
  await Promise.all(
    clients.flatMap((client) => Array.from({ length: inFlight }, () => callAgainAndAgain(client))),
  );
  return calls;
}

/**
 * Makes one call after the other; the end of one is the start of the next, so the clock is read
 * once for each.
 */
async function callAndTime(
  client: EchoClient,
  payload: Uint8Array,
  { latencies, isOver }: { readonly latencies: Latencies; readonly isOver: IsOver },
): Promise<number> {
  const startedAt = performance.now();
  let last = startedAt;
  let calls = 0;
  do {
    await client.echo(payload);
    const now = performance.now();
    latencies.add(now - last);
    last = now;
    calls += 1;
  } while (!isOver(calls, last - startedAt));
  return calls;
}

async function assertEcho(client: EchoClient, payload: Uint8Array): Promise<void> {
  const reply = await client.echo(payload);
  if (Buffer.compare(Buffer.from(reply as Uint8Array), payload) !== 0)
    throw new Error("other bytes came back");
}
