import * as runtime from "@crosspane/core/stub-v1";
import { ts } from "ts-morph";
import { emitModule } from "../emit/emit-module.js";
import type { ContractModel } from "../model/contract.js";
import { importForm } from "./import-form.js";

/** Generates the module of a contract, runs it, and returns its services by name. */
export function loadServices(contract: ContractModel): Readonly<Record<string, runtime.Service<object>>> {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 };
  const { outputText } = ts.transpileModule(emitModule(contract, importForm), { compilerOptions });
  const exports = {};
  new Function("exports", "require", outputText)(exports, () => runtime);
  return exports;
}
