// node dist/processes/measure.js TASK: the client's process, which starts the server's.
// TASK is JSON.
import { peers } from "../peers/peers.js";
import { scenarios } from "../scenarios/scenarios.js";
import { efforts } from "../settings.js";
import type { Done, Task } from "./messages.js";
import { startServer } from "./server-process.js";

// The harness closes the channel when it has the result; if the harness dies, there is nothing to
// wait for.
process.on("disconnect", () => process.exit());

const task = JSON.parse(process.argv[2] ?? "") as Task;
const peer = await peers[task.peer]();
const server = await startServer(task.peer, task.endpoint);
const measures = await scenarios[task.scenario].run({
  connect: () => peer.connect(server.endpoint),
  serverCpuTimeUs: () => server.cpuTimeUs(),
  settings: efforts[task.effort],
});
await server.stop();
process.send?.({ measures } satisfies Done);
