import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "@crosspane/transports";
import { Digests } from "./digests.crosspane.js";

const files = process.argv.slice(2);
const { DIGESTS_ENDPOINT: endpoint = "pipe:digests", DIGESTS_IDLE_MS: idleTimeoutMs = "60000" } = process.env;
const server = fileURLToPath(new URL("server.js", import.meta.url));

await using connection = await connect(endpoint, {
  spawn: { command: process.execPath, args: [server, endpoint, idleTimeoutMs] },
});
const digests = connection.client(Digests);
console.log(`The daemon is process ${await digests.processId()}.`);
for (const file of files) {
  const { sha256, remembered } = await digests.digest(resolve(file));
  console.log(`${sha256}  ${file}${remembered ? "  (remembered)" : ""}`);
}
