/** A parent that starts a child and waits to be killed. Prints the id of the child's process. */
import { connect } from "../../index.js";
import { sourceProgram } from "../source-program.js";
import { Probe } from "../spawn/probe-service.js";

const connection = await connect("stdio:", {
  spawn: { command: process.execPath, args: [...sourceProgram("stdio/child.ts"), "busy"] },
});
process.stdout.write(`${await connection.client(Probe).processId()}\n`);
setInterval(() => {}, 1_000);
