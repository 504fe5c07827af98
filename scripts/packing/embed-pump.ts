/**
 * Puts the program of the pump's thread, with all that it imports, as a text into the build of
 * transports. A program that is bundled into one file starts the thread from that text. npm runs
 * this before it packs transports: `node scripts/packing/embed-pump.ts`.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { repository } from "../repository.ts";
import { placeFile } from "./place-file.ts";

const FOLDER = "packages/transports/dist/copy-data";

/**
 * Fills in the text. A second run changes nothing, and several may run at once.
 * @throws {Error} if transports are not built, or the text has no place any more.
 */
export async function embedPump(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: [`${FOLDER}/pump-worker.js`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node22",
    minify: true,
    legalComments: "none",
    charset: "ascii",
    // A module that is its own address has no place from which packages can be found.
    define: { "import.meta.url": "crosspaneBase" },
  });
  const [program] = outputFiles;
  const file = path.join(repository, FOLDER, "pump-code.js");
  const text = await readFile(file, "utf8");
  const filled = text.replace(/^export const pumpCode = .*;$/m, () => {
    return `export const pumpCode = ${JSON.stringify(program?.text)};`;
  });
  if (!filled.includes("crosspaneBase")) throw new Error(`${FOLDER}/pump-code.js has no place for the text`);
  await placeFile(file, filled);
}

if (process.argv[1] === import.meta.filename) await embedPump();
