import { cpuTimeUs } from "../processes/cpu-time.js";
import { Latencies } from "./latencies.js";
import type { Scenario } from "./scenario.js";

export const synchronous: Scenario = {
  title: "One synchronous call at a time",
  metrics: ["p50Us", "meanUs", "p99Us", "p999Us", "maxUs", "callsPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "p50Us",
  leavesOut: ["hand-written", "raw"],
  async run(stage) {
    const client = await stage.connect();
    const { echoNow } = client;
    // Most transports cannot.
    if (echoNow === undefined) {
      await client.close();
      return [];
    }
    const payload = new Uint8Array(64).map((_, index) => index);
    const { warmUp, measureMs } = stage.settings;
    callNow(echoNow, payload, warmUp.maxMs);

    const serverBefore = await stage.serverCpuTimeUs();
    const before = cpuTimeUs();
    const startedAt = performance.now();
    const { latencies, calls } = callNow(echoNow, payload, measureMs);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = cpuTimeUs();
    const serverAfter = await stage.serverCpuTimeUs();
    await client.close();
    const values = {
      ...latencies.summary(),
      callsPerSecond: calls / seconds,
      clientCpuUs: (after - before) / calls,
      serverCpuUs: (serverAfter - serverBefore) / calls,
    };
    return [{ cell: "64 B", values }];
  },
};

function callNow(
  echoNow: (payload: Uint8Array) => { readonly length: number },
  payload: Uint8Array,
  ms: number,
): { readonly latencies: Latencies; readonly calls: number } {
  const latencies = new Latencies();
  let calls = 0;
  let last = performance.now();
  for (const until = last + ms; last < until && !latencies.isFull; calls += 1) {
    if (echoNow(payload).length !== payload.length) throw new Error("other bytes came back");
    const now = performance.now();
    latencies.add(now - last);
    last = now;
  }
  return { latencies, calls };
}
