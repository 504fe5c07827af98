// node dist/server.js FOLDER ENDPOINT [MILLISECONDS]
import { serve } from "@crosspane/transports";
import { program, stopRequest } from "@crosspane-examples/processes";
import { MachineMonitor } from "./machine-monitor.js";
import { Monitor } from "./monitor.crosspane.js";

await program(async () => {
  const [folder, endpoint, milliseconds = "1000"] = process.argv.slice(2);
  if (folder === undefined || endpoint === undefined || !(Number(milliseconds) > 0)) {
    throw new Error("usage: node dist/server.js FOLDER ENDPOINT [MILLISECONDS]");
  }

  await using monitor = await MachineMonitor.start({ folder, loadMs: Number(milliseconds) });
  await using server = await serve(endpoint, [Monitor.implement(monitor)]);
  console.log(`${folder} is watched at ${server.endpoint}`);
  console.log(`stopped by ${await stopRequest()}`);
});
