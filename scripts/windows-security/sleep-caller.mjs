/**
 * A client for prove-sleep.ps1: `sleep-caller.mjs ENDPOINT REPORT` calls once a second over one
 * connection. It writes to the file REPORT the state of the connection, and the longest silence by
 * the wall clock.
 */
import { writeFileSync } from "node:fs";
import { Conformance } from "@crosspane/core/testing";
import { connect } from "@crosspane/transports";

const [endpoint = "", report = ""] = process.argv.slice(2);
const connection = await connect(endpoint);
const service = connection.client(Conformance);
let last = Date.now();
let longest = 0;
void connection.closed.then(({ error }) => {
  writeFileSync(report, `the connection ended: ${error?.message ?? "in order"}`);
  process.exit(1);
});
setInterval(async () => {
  try {
    await service.add(1, 1);
    longest = Math.max(longest, Date.now() - last);
    last = Date.now();
    writeFileSync(report, `alive, longest gap ${Math.floor(longest / 1000)} s`);
  } catch (error) {
    writeFileSync(report, `a call failed: ${error}`);
  }
}, 1_000);
