import { connect, type Transport } from "@crosspane/transports";
import { Load, load } from "../load/load-service.js";
import { type Usage, usageOfThisProcess } from "../load/usage.js";
import { describeUsage, growth, objectGrowth, settledUsage } from "./growth.js";
import { PeerProcess } from "./peer-process.js";
import type { SoakSize } from "./soak-size.js";

/** Findings of one part of a soak. */
export interface SoakResult {
  readonly part: string;
  readonly seconds: number;
  /** Figures for the reader. */
  readonly note: string;
  /** Problems; empty if there are none. */
  readonly problems: readonly string[];
}

/**
 * Input of the parts of a soak: one transport, and a server of the load service in another process.
 */
export interface SoakRun {
  readonly transport: Transport;
  readonly server: PeerProcess;
  readonly size: SoakSize;
  /** Returns an unused address of the transport. */
  readonly unused: () => Promise<Transport>;
}

/** A part of a soak: resolves with its figures and problems. */
export type SoakPart = (
  run: SoakRun,
) => Promise<{ readonly note: string; readonly problems: readonly string[] }>;

/**
 * Compares both processes before and after some work. If memory has grown, the same work is
 * repeated: the memory of allocators and collectors reaches a level (with copydata after some
 * 15,000 connections), while a leak grows each time.
 */
export async function flat(
  { server }: SoakRun,
  work: () => Promise<string>,
): Promise<{ readonly note: string; readonly problems: readonly string[] }> {
  const look = async (): Promise<Both> => [
    await settledUsage(usageOfThisProcess),
    await settledUsage(() => server.usage()),
  ];
  const before = await look();
  const figures = await work();
  let after = await look();
  let problems = inBoth(growth, before, after);
  if (problems.length > 0) {
    await work();
    const again = await look();
    problems = [...inBoth(objectGrowth, before, again), ...inBoth(growth, after, again)];
    after = again;
  }
  return { note: `${figures}; here ${describeUsage(after[0])}; server ${describeUsage(after[1])}`, problems };
}

type Both = readonly [here: Usage, server: Usage];

function inBoth(
  growthBetween: (before: Usage, after: Usage) => readonly string[],
  before: Both,
  after: Both,
): readonly string[] {
  return [
    ...growthBetween(before[0], after[0]).map((what) => `here: ${what}`),
    ...growthBetween(before[1], after[1]).map((what) => `at the server: ${what}`),
  ];
}

/** Makes `size.calls` calls over one connection, 64 at a time. */
export const calls: SoakPart = async (run) => {
  const connection = await connect(run.transport, { timeoutMs: 120_000 });
  const load = connection.client(Load);
  const payload = new Uint8Array(64).fill(3);
  const make = async (count: number) => {
    let left = count;
    const lane = async () => {
      while (left-- > 0) {
        const back = await load.echo(payload);
        if (back.length !== 64 || back[63] !== 3) throw new Error("a wrong answer");
      }
    };
    await Promise.all(Array.from({ length: 64 }, lane));
  };
  // The first ones create what exists once, and let the compiler finish.
  await make(Math.ceil(run.size.calls / 5));
  const result = await flat(run, async () => {
    const before = performance.now();
    await make(run.size.calls);
    const seconds = (performance.now() - before) / 1000;
    return `${run.size.calls} calls, ${Math.round(run.size.calls / seconds)}/s`;
  });
  await connection.close();
  return result;
};

const collectEvery = 250;

/**
 * Makes a connection and a call. The closures refer to a client, which must not prevent collection.
 */
async function connectOnce(transport: Transport, number: number): Promise<void> {
  let client: Load | undefined;
  const connection = await connect(transport, {
    onError: ({ error }) => client?.note(String(error)),
    services: [Load.implement({ ...load, note: (line) => client?.note(line) })],
  });
  connection.onStateChange(() => void client);
  client = connection.client(Load);
  if ((await client.add(number, 1)) !== number + 1) throw new Error("a wrong answer");
  await connection.close();
}

/** Makes `size.connects` sequential connections, each with a call. */
export const connects: SoakPart = async (run) => {
  const make = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await connectOnce(run.transport, i);
      // Garbage between two collections is not growth, and connections leave much to collect.
      if (i % collectEvery === 0) await Promise.all([usageOfThisProcess(), run.server.usage()]);
    }
  };
  await make(Math.ceil(run.size.connects / 5));
  return await flat(run, async () => {
    const before = performance.now();
    await make(run.size.connects);
    const each = (performance.now() - before) / run.size.connects;
    return `${run.size.connects} connections, ${each.toFixed(2)} ms each`;
  });
};

/**
 * Opens `size.clients` connections at once, three quarters of them in other processes, and serves
 * each.
 */
export const crowd: SoakPart = async ({ transport, size }) => {
  const { endpoint } = transport;
  const processes = Array.from({ length: 3 }, () => new PeerProcess());
  const inEach = size.clients / 4;
  try {
    const here = Promise.all(
      Array.from({ length: inEach }, () => connect(transport, { timeoutMs: 120_000 })),
    );
    await Promise.all(processes.map((peer) => peer.ask({ do: "connect", endpoint, count: inEach })));
    const connections = await here;
    const before = performance.now();
    const there = Promise.all(processes.map((peer) => peer.ask({ do: "call", calls: size.callsPerClient })));
    let right = 0;
    await Promise.all(
      connections.map(async (connection) => {
        const load = connection.client(Load);
        for (let i = 0; i < size.callsPerClient; i++) if ((await load.add(i, 1)) === i + 1) right++;
      }),
    );
    for (const { received = 0 } of await there) right += received;
    const seconds = (performance.now() - before) / 1000;
    await Promise.all(connections.map((connection) => connection.close()));
    await Promise.all(processes.map((peer) => peer.ask({ do: "disconnect" })));
    const expected = size.clients * size.callsPerClient;
    return {
      note: `${size.clients} clients, ${right} right answers, ${Math.round(right / seconds)}/s`,
      problems: right === expected ? [] : [`${right} of ${expected} answers were right`],
    };
  } finally {
    await Promise.all(processes.map((peer) => peer.end()));
  }
};
