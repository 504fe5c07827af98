// Starts the soak from its sources, with a garbage collector that can be asked.
import "../run-sources.mjs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc");
await import("./main.ts");
