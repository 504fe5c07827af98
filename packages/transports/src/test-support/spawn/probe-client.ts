/**
 * A client that starts its server: `probe-client.ts ENDPOINT OPTIONS`, with the options of `spawn`
 * as JSON. Prints the id of the server's process.
 */
import { connect } from "../../index.js";
import { Probe } from "./probe-service.js";

const [endpoint = "", spawn = "{}"] = process.argv.slice(2);
const connection = await connect(endpoint, { spawn: JSON.parse(spawn), timeoutMs: 120_000 });
process.stdout.write(`${await connection.client(Probe).processId()}\n`);
await connection.close();
