/** A program that offers the desk as the class of its arguments, for a limited time. */
import { automation } from "../automation/index.js";
import { createDesk, Desk } from "./automation-desk.js";

const [progId = "", clsid = ""] = process.argv.slice(2);
await automation({ progId, clsid, threads: 1, services: [Desk.implement(createDesk())] });
process.stdout.write("serving\n");
// Nothing ends a program that COM has started.
setTimeout(() => process.exit(), 30_000);
