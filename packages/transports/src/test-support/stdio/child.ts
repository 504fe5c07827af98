/**
 * A child that serves its parent: `child.ts HOW`, or fails to: `fail`, `silent`. With `busy` it has
 * other work too.
 */
import { serve } from "../../index.js";
import { Probe, probe } from "../spawn/probe-service.js";

const how = process.argv[2];

if (how === "fail") process.exit(3);
if (how === "silent" || how === "busy") setInterval(() => {}, 1_000);
if (how !== "silent") await serve("stdio:", [Probe.implement(probe)]);
