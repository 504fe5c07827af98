/**
 * Puts the two modules of msgpackr that core uses into the build of core, as they are, with their
 * licence. msgpackr itself has an optional dependency with an install script, and users of core
 * would run it. npm runs this before it packs core: `node scripts/packing/vendor-msgpackr.ts`.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../repository.ts";

/** The module that core imports, and the one that it imports itself. */
const MODULES = ["pack.js", "unpack.js"];

/** The one built file of core that imports msgpackr, which a check holds. */
const IMPORTER = "packages/core/dist/codec/msgpack-codec.js";

/**
 * Copies msgpackr beside the file that imports it, and lets that file import the copy. A second run
 * changes nothing, and several may run at once.
 * @throws {Error} if core is not built, or imports msgpackr in a form that is not known here.
 */
export async function vendorMsgpackr(): Promise<void> {
  const source = path.join(repository, "node_modules/msgpackr");
  const importer = path.join(repository, IMPORTER);
  const target = path.join(path.dirname(importer), "msgpackr");
  await mkdir(target, { recursive: true });
  for (const file of [...MODULES, "LICENSE"]) {
    await place(path.join(target, file), await readFile(path.join(source, file), "utf8"));
  }
  const text = await readFile(importer, "utf8");
  const vendored = text.replaceAll('from "msgpackr/pack"', 'from "./msgpackr/pack.js"');
  if (!vendored.includes('from "./msgpackr/pack.js"')) {
    throw new Error(`${IMPORTER} does not import pack.js of msgpackr: build core again`);
  }
  await place(importer, vendored);
}

/** Replaces a file in one step, since a program may be starting from it, unless it is the same. */
async function place(file: string, text: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
  // Not in the folder that is packed.
  const made = path.join(repository, "packages/core", `.${randomUUID()}.js`);
  await writeFile(made, text);
  await rename(made, file);
}

if (process.argv[1] === import.meta.filename) await vendorMsgpackr();
