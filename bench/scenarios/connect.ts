import { median } from "../report/median.js";
import type { Scenario } from "./scenario.js";

export const connect: Scenario = {
  title: "From connect to the first reply",
  metrics: ["firstConnectMs", "connectMs", "maxConnectMs"],
  primary: "connectMs",
  async run(stage) {
    const payload = new Uint8Array(64);
    const times: number[] = [];
    // The first one of a process also loads the transport's modules.
    while (times.length <= stage.settings.connects) {
      const startedAt = performance.now();
      const client = await stage.connect();
      await client.echo(payload);
      times.push(performance.now() - startedAt);
      await client.close();
    }
    const [firstConnectMs = 0, ...later] = times;
    const values = { firstConnectMs, connectMs: median(later), maxConnectMs: Math.max(...later) };
    return [{ cell: "64 B", values }];
  },
};
