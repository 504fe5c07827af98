import { measureLoad } from "./load.js";
import { openMany } from "./open-many.js";
import type { Measure, Scenario } from "./scenario.js";

const count = 16;

export const connections: Scenario = {
  title: `${count} connections of one client to one server`,
  metrics: ["callsPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "callsPerSecond",
  async run(stage) {
    const clients = await openMany(stage, count);
    const measures: Measure[] = [];
    for (const inFlight of [1, 4]) {
      const values = await measureLoad(stage, { clients, payloadBytes: 64, inFlight });
      measures.push({ cell: `64 B, ${inFlight} in flight on each`, values });
    }
    await Promise.all(clients.map((client) => client.close()));
    return measures;
  },
};
