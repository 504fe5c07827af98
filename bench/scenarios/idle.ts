import { setTimeout as sleep } from "node:timers/promises";
import { cpuTimeUs } from "../processes/cpu-time.js";
import { openMany } from "./open-many.js";
import type { Scenario } from "./scenario.js";

/** Time for the remaining work of connecting, such as garbage collection, which is not idling. */
const settleMs = 300;

export const idle: Scenario = {
  title: "Connections on which nothing happens",
  metrics: ["clientCpuPercent", "serverCpuPercent"],
  primary: "clientCpuPercent",
  // Two idle sockets of node:net are equal.
  leavesOut: ["hand-written"],
  async run(stage) {
    const { idleConnections, idleMs } = stage.settings;
    const clients = await openMany(stage, idleConnections);
    await stage.serverCpuTimeUs();
    await sleep(Math.min(settleMs, idleMs));

    const serverBefore = await stage.serverCpuTimeUs();
    const startedAt = performance.now();
    const before = cpuTimeUs();
    await sleep(idleMs);
    const after = cpuTimeUs();
    const elapsedUs = (performance.now() - startedAt) * 1000;
    const serverAfter = await stage.serverCpuTimeUs();

    await Promise.all(clients.map((client) => client.close()));
    const values = {
      clientCpuPercent: (100 * (after - before)) / elapsedUs,
      serverCpuPercent: (100 * (serverAfter - serverBefore)) / elapsedUs,
    };
    return [{ cell: `${idleConnections} connections`, values }];
  },
};
