// node dist/processes/serve.js PEER ENDPOINT, started by measure.js
import { type PeerName, peers } from "../peers/peers.js";
import { cpuTimeUs } from "./cpu-time.js";
import type { FromServer } from "./messages.js";

const [peer, endpoint = ""] = process.argv.slice(2);
const server = await (await peers[peer as PeerName]()).serve(endpoint);
const tell = (message: FromServer) => process.send?.(message);

process.on("message", () => tell({ kind: "cpu", us: cpuTimeUs() }));
// The client's process ends this one by closing the channel, also when it dies.
process.on("disconnect", async () => {
  await server.close();
  process.exit(0);
});
tell({ kind: "ready", endpoint: server.endpoint });
