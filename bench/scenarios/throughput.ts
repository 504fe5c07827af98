import { measureLoad } from "./load.js";
import type { Measure, Scenario } from "./scenario.js";

export const throughput: Scenario = {
  title: "Many calls at a time on one connection",
  metrics: ["callsPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "callsPerSecond",
  async run(stage) {
    const client = await stage.connect();
    const measures: Measure[] = [];
    for (const inFlight of [8, 64]) {
      const values = await measureLoad(stage, { clients: [client], payloadBytes: 64, inFlight });
      measures.push({ cell: `64 B, ${inFlight} in flight`, values });
    }
    await client.close();
    return measures;
  },
};
