// The service in a worker thread instead of a utility process, to try it without Electron.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { FileNotebook } from "./notebook/file-notebook.js";
import { serveOnPort } from "./notebook/serve-on-port.js";

const opening = FileNotebook.open(workerData as string);

parentPort?.on("message", async (port: MessagePort) => serveOnPort(await opening, port));
