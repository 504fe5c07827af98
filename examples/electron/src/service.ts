// The utility process: the service, with all of Node. Each message of the main process brings the
// port of one more window.
import type { MessagePortMain } from "electron";
import { FileNotebook } from "./notebook/file-notebook.js";
import { serveOnPort } from "./notebook/serve-on-port.js";

/** https://www.electronjs.org/docs/latest/api/parent-port */
interface ParentPort {
  on(type: "message", listener: (event: { readonly ports: readonly MessagePortMain[] }) => void): void;
}

const { parentPort } = process as unknown as { readonly parentPort: ParentPort };
const opening = FileNotebook.open(process.argv[2] ?? "notebook.jsonl");

parentPort.on("message", async ({ ports }) => {
  const notebook = await opening;
  for (const port of ports) await serveOnPort(notebook, port);
});
