import type { ContractModel, ErrorModel, MethodModel } from "../model/contract.js";
import type { ServiceNode } from "../model/type-node.js";
import { type Doc, generic, layOut, list, prefixed, union } from "../text/layout.js";
import type { EmittedService } from "./emit-service.js";
import { emitArgs, emitFieldTypes, emitType } from "./emit-type.js";
import type { NameScope } from "./name-scope.js";
import { createSnapshotTypes, type SnapshotPart, type SnapshotTypes } from "./snapshot-types.js";
import { type PathTo, pathOfField, pathsOfCall, type Runtime } from "./type-paths.js";

/** Facts about the module that a snapshot needs. */
export interface SnapshotSite {
  readonly contract: ContractModel;
  readonly services: readonly EmittedService[];
  /** The error classes of all methods, each once. */
  readonly errors: readonly ErrorModel[];
  readonly names: NameScope;
  readonly runtime: Runtime;
  global(name: string): string;
  service(service: ServiceNode): string;
  /** Returns the class of an error. */
  errorClass(error: ErrorModel): string;
}

/**
 * Emits the type that makes TypeScript refuse the module once its contract has changed. It holds a
 * copy of each of the contract's types and compares it with the type itself, which is reached by a
 * path from a method. A named type without a path is compared within the types that use it.
 *
 * @param name the type's name
 */
export function emitSnapshot(name: string, site: SnapshotSite): string {
  const { runtime, contract } = site;
  const types = createSnapshotTypes(rootsOf(site), { ...site, table: contract.types });
  const comparisons = [
    ...site.services.flatMap((service) => compareService(service, types, runtime)),
    ...site.errors.map((error) => compareError(error, types, site)),
    ...types.reached.map(({ id, name: alias }) => {
      const { type, name: label } = contract.types[id]!;
      return compareType({ name: alias, type, label }, types, runtime);
    }),
  ].filter((each) => each !== undefined);
  // The list grows while it is walked.
  for (const part of types.parts) comparisons.push(compareType(part, types, runtime));
  const copies = types.copies().map(({ id, name: copy }) => {
    const { type, name: label } = contract.types[id]!;
    return emitAlias(copy, types.emit(label, (scope) => emitType({ type, path: undefined }, scope))!);
  });
  return [
    "// TypeScript compares the contract with what this module was generated from, and reports what has changed.",
    ...types.reached.map(({ name: alias, path }) => emitAlias(alias, path!)),
    ...types.parts.map(({ name: alias, path }) => emitAlias(alias, path)),
    ...copies,
    emitAlias(name, list(comparisons.map((each) => generic(runtime("Expect"), each)))),
    "",
  ].join("\n");
}

function rootsOf({ services, errors, runtime, errorClass }: SnapshotSite): readonly PathTo[] {
  const calls = services.flatMap(({ service, contract }) =>
    service.methods.flatMap((method) => pathsOfCall(method, memberOf(contract, method), runtime)),
  );
  const fields = errors.flatMap((error) =>
    error.fields.map((field) => ({
      type: field.type,
      path: pathOfField(field, errorClass(error), runtime),
    })),
  );
  return [...calls, ...fields];
}

function compareService(
  { service, contract }: EmittedService,
  types: SnapshotTypes,
  runtime: Runtime,
): readonly (Doc | undefined)[] {
  const names = [
    ...service.methods.map((method) => method.name),
    ...(service.isDisposable ? ["[Symbol.dispose]"] : []),
  ];
  const methods = names.length === 0 ? "never" : union(names.map((each) => JSON.stringify(each)));
  return [
    generic(runtime("SameMethods"), contract, methods, JSON.stringify(service.name)),
    ...service.methods.map((method) => {
      const path = memberOf(contract, method);
      const label = `${service.name}.${method.name}`;
      return types.emit(label, (scope) => {
        const parts = pathsOfCall(method, path, runtime).map((part) => emitType(part, scope, ["tuple"]));
        const args = emitArgs(method.params, parts);
        const kind = JSON.stringify(method.way);
        return generic(runtime("SameMethod"), path, kind, args, parts.at(-1)!, JSON.stringify(label));
      });
    }),
  ];
}

function compareError(
  error: ErrorModel,
  types: SnapshotTypes,
  { runtime, errorClass }: SnapshotSite,
): Doc | undefined {
  const path = errorClass(error);
  const notSent = union(error.notSent.map((each) => JSON.stringify(each)));
  return types.emit(error.name, (scope) => {
    const fields = emitFieldTypes({ fields: error.fields, path }, scope);
    return generic(runtime("SameError"), path, fields, notSent, JSON.stringify(error.name));
  });
}

/**
 * Compares a type with its copy, or with itself if it cannot be compared, so that its name is used.
 */
function compareType(
  { name, type, label }: Pick<SnapshotPart, "name" | "type" | "label">,
  types: SnapshotTypes,
  runtime: Runtime,
): Doc {
  const copy = types.emit(label, (scope) => emitType({ type, path: name }, scope)) ?? name;
  return generic(runtime("Same"), name, copy, JSON.stringify(label));
}

function memberOf(contract: string, method: MethodModel): string {
  return `${contract}[${JSON.stringify(method.name)}]`;
}

function emitAlias(name: string, type: Doc): string {
  return `${layOut(prefixed(`type ${name} = `, type), { indent: 0 })};`;
}
