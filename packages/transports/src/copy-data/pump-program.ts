import nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { moduleBases } from "../win32/module-bases.js";
import { pumpCode } from "./pump-code.js";

/**
 * Returns the address of the pump's program: of its built file, which the name leads to also where
 * the sources of this package run, as in its tests. A bundle does not have that file, and gets the
 * program itself as an address.
 * @throws {Error} if this is a bundle of a package that was not packed.
 */
export function pumpProgram(): string {
  const [base = process.execPath] = moduleBases();
  try {
    return pathToFileURL(nodeModule.createRequire(base).resolve("#copy-data-pump")).href;
  } catch (error) {
    if (pumpCode === undefined) throw error;
    const text = `const crosspaneBase = ${JSON.stringify(base)};\n${pumpCode}`;
    return `data:text/javascript,${encodeURIComponent(text)}`;
  }
}
