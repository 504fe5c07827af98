import { checkContracts } from "../check/check-contracts.js";
import type { Diagnostic } from "../check/diagnostic.js";
import { outputPath } from "../contract-paths.js";
import { emitModule } from "../emit/emit-module.js";
import { emitShape } from "../emit/emit-shape.js";
import type { ContractModel } from "../model/contract.js";
import type { TypeNode } from "../model/type-node.js";
import { openInMemoryProject, platformTypesPath } from "../read/contract-project.js";
import { readContract } from "../read/read-contract.js";
import { layOut } from "../text/layout.js";
import { importForm } from "./import-form.js";

// One project for all reads of a test file: the language's own declarations are parsed once.
const project = openInMemoryProject({});

/** Reads contracts that are texts, by absolute path. */
export function readSources(sources: Readonly<Record<string, string>>): readonly ContractModel[] {
  for (const file of project.morph.getSourceFiles()) {
    if (file.getFilePath() !== platformTypesPath) project.morph.removeSourceFile(file);
  }
  for (const [path, text] of Object.entries(sources)) project.morph.createSourceFile(path, text);
  return Object.keys(sources).flatMap((path) => readContract(project, path) ?? []);
}

/** Reads one contract. */
export function readSource(text: string): ContractModel {
  return readSources({ "/x.service.ts": text })[0]!;
}

/** Returns the generated text of one contract. */
export function emitSource(text: string): string {
  return emitModule(readSource(text), importForm);
}

/** Returns the diagnostics of one contract. */
export function checkSource(text: string): readonly Diagnostic[] {
  return checkContracts([{ contract: readSource(text), output: outputPath("/x.service.ts") }]);
}

/**
 * Returns the code for the shape of a type on one line, without `rpc.` and fingerprints; named
 * types are `&Name`.
 *
 * @param type the type
 * @param declarations the declarations that it refers to
 */
export function shapeOf(type: string, declarations = ""): string {
  const contract = readSource(
    `${declarations}\n/** @service */ export interface S { m(value: ${type}): void }`,
  );
  return print(contract, contract.services[0]!.methods[0]!.params[0]!.type);
}

/** Does the same as `shapeOf`, for a named type that the type refers to. */
export function namedShapeOf(name: string, type: string, declarations = ""): string | undefined {
  const contract = readSource(
    `${declarations}\n/** @service */ export interface S { m(value: ${type}): void }`,
  );
  const named = contract.types.find((each) => each.name === name);
  return named === undefined ? undefined : print(contract, named.type);
}

function print(contract: ContractModel, type: TypeNode): string {
  const doc = emitShape(type, {
    table: contract.types,
    runtime: (symbol) => symbol,
    reference: (id) => `&${contract.types[id]!.name}`,
    service: ({ name }) => name,
    fingerprint: () => "print",
  });
  return layOut(doc, { indent: Number.NEGATIVE_INFINITY }).replaceAll(', "print")', ")");
}
