/**
 * Puts the two modules of msgpackr that core uses into the build of core, as they are, with their
 * licence. msgpackr itself has an optional dependency with an install script, and users of core
 * would run it. npm runs this before it packs core: `node scripts/packing/vendor-msgpackr.ts`.
 */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../repository.ts";
import { placeFile } from "./place-file.ts";

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
    await placeFile(path.join(target, file), await readFile(path.join(source, file), "utf8"));
  }
  const text = await readFile(importer, "utf8");
  const vendored = text.replaceAll('from "msgpackr/pack"', 'from "./msgpackr/pack.js"');
  if (!vendored.includes('from "./msgpackr/pack.js"')) {
    throw new Error(`${IMPORTER} does not import pack.js of msgpackr: build core again`);
  }
  await placeFile(importer, vendored);
}

if (process.argv[1] === import.meta.filename) await vendorMsgpackr();
