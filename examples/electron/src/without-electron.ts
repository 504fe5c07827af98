// node dist/without-electron.js FILE [NOTE]: two windows' worth of the example, in a terminal.
import { connectNotebook } from "./renderer/connect-notebook.js";
import { startWorker } from "./start-worker.js";

const [file = "notebook.jsonl", text] = process.argv.slice(2);
const worker = startWorker(file);
const first = await connectNotebook(worker.getPort, () => {});
const heard = Promise.withResolvers<void>();
const second = await connectNotebook(worker.getPort, (notes) => {
  console.log(
    `The second window shows ${notes.length} notes${notes[0] === undefined ? "" : `, first: ${notes[0].text}`}`,
  );
  if (text === undefined || notes[0]?.text === text) heard.resolve();
});
if (text !== undefined) await first.notebook.add(text);
await heard.promise;
await Promise.all([first.connection.close(), second.connection.close()]);
await worker.stop();
