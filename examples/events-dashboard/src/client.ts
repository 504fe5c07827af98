// node dist/client.js ENDPOINT
import { connect } from "@crosspane/transports";
import { program } from "@crosspane-examples/processes";
import { follow } from "./dashboard/follow.js";
import { listenToKeys } from "./dashboard/keys.js";
import { Pause } from "./dashboard/pause.js";
import { plainView } from "./dashboard/plain-view.js";
import { ScreenView } from "./dashboard/screen-view.js";

await program(async () => {
  const [endpoint] = process.argv.slice(2);
  if (endpoint === undefined) throw new Error("usage: node dist/client.js ENDPOINT");
  const { stdin, stdout } = process;
  const view = stdout.isTTY
    ? new ScreenView(() => ({
        columns: stdout.columns,
        rows: stdout.rows,
        write: (text) => stdout.write(text),
      }))
    : plainView((line) => console.log(line));
  const pause = new Pause();

  await using connection = await connect(endpoint, { reconnect: { maxDelayMs: 1_000 } });
  await follow(connection, view, pause);
  await listenToKeys(stdin, () => {
    pause.toggle();
    view.note(pause.isOn ? "paused" : "goes on");
  });
  // A listener that waits for the end of a pause would keep the connection from closing.
  if (pause.isOn) pause.toggle();
});
