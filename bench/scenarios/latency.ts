import { measureLoad } from "./load.js";
import type { Scenario } from "./scenario.js";

export const latency: Scenario = {
  title: "One call at a time",
  metrics: ["p50Us", "meanUs", "p99Us", "p999Us", "maxUs", "callsPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "p50Us",
  async run(stage) {
    const client = await stage.connect();
    const values = await measureLoad(stage, { clients: [client], payloadBytes: 64, inFlight: 1 });
    await client.close();
    return [{ cell: "64 B", values }];
  },
};
