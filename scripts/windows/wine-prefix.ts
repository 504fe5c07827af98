import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { CommandFailedError } from "../terminal/run-quietly.ts";
import { carryOutput } from "./carry-output.ts";
import { makeOnce, shortHash } from "./make-once.ts";
import { runInLane } from "./run-in-lane.ts";
import type { Wine } from "./wine.ts";
import { PREFIX, wineEnvironment } from "./wine-environment.ts";

/**
 * Without a display Wine refuses top-level windows, unless its driver is the one that draws
 * nothing. COM and DDE need such windows.
 */
const MAKE_PREFIX =
  '"$1" wineboot.exe --init && "$1" reg.exe add "HKCU\\\\Software\\\\Wine\\\\Drivers" /v Graphics /d null /f && wineserver -w';

/**
 * A fresh Wine prefix, of which every run gets a copy-on-write view. The user's own prefix is never
 * used.
 */
export async function winePrefix(wine: Wine): Promise<string> {
  return await makeOnce({
    kind: "wine-prefix",
    key: shortHash(`${wine.root} ${wine.loader} ${wine.version} ${MAKE_PREFIX}`),
    title: `Starting ${wine.version} for the first time`,
    keep: 2,
    make: async (folder) => {
      const log = new PassThrough();
      const said = text(log);
      const output = carryOutput(log);
      const exitCode = await runInLane({
        wine,
        binds: [{ from: folder, to: PREFIX }],
        overlays: [],
        cwd: "/",
        env: wineEnvironment(wine),
        output: { stdout: output.fd, stderr: output.fd },
        commandLine: ["sh", "-c", MAKE_PREFIX, "sh", wine.loader],
      });
      await output.finish();
      log.end();
      if (exitCode === 0) return;
      throw new CommandFailedError(`Wine could not make a prefix, exit code ${exitCode}:\n${await said}`);
    },
  });
}
