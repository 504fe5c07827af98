import { measureLoad } from "./load.js";
import type { Measure, Scenario } from "./scenario.js";

const sizes = { "1 KiB": 1 << 10, "64 KiB": 1 << 16, "1 MiB": 1 << 20 };

export const payload: Scenario = {
  title: "One call at a time, by payload",
  metrics: ["p50Us", "meanUs", "p99Us", "callsPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "p50Us",
  async run(stage) {
    const client = await stage.connect();
    const measures: Measure[] = [];
    for (const [cell, payloadBytes] of Object.entries(sizes)) {
      const values = await measureLoad(stage, { clients: [client], payloadBytes, inFlight: 1 });
      measures.push({ cell, values });
    }
    await client.close();
    return measures;
  },
};
