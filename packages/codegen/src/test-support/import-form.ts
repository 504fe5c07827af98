import type { ImportForm } from "../emit/emit-module.js";
import { runtimeModules } from "../runtime-symbols.js";

/** The imports of a project that declares core and compiles to JavaScript beside its sources. */
export const importForm: ImportForm = { runtimeModule: runtimeModules[0].specifier, extension: ".js" };
