import { fileURLToPath } from "node:url";
import { connect, type RpcError, type Service, serve } from "@crosspane/core";
import { memory } from "@crosspane/core/testing";
import fc from "fast-check";
import { ts } from "ts-morph";
import { expect, it } from "vitest";
import { checkContracts } from "../check/check-contracts.js";
import type { ContractModel } from "../model/contract.js";
import { type ContractProject, openContractProject } from "../read/contract-project.js";
import { readContract } from "../read/read-contract.js";
import { altered } from "../test-support/altered-values.js";
import { collectionCode, literalCode } from "../test-support/literal-code.js";
import { loadServices } from "../test-support/load-services.js";
import { declarationsOfRandomTypes, randomType } from "../test-support/random-types.js";
import { valuesOf } from "../test-support/shape-values.js";

/** Keeps the values the same in each run. Try another seed after a change to the reader. */
const seed = 1;
const fixtures = fileURLToPath(new URL("../../fixtures/values/", import.meta.url)).replaceAll("\\", "/");

const options = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
};

interface Case {
  readonly method: string;
  readonly value: unknown;
  /** True if a part of it was changed after it was drawn from the shape. */
  readonly isAltered: boolean;
}

it("the features of types: the shapes accept exactly what the compiler accepts, unchanged", {
  timeout: 120_000,
}, async () => {
  const path = `${fixtures}features.service.ts`;
  const project = openContractProject([path], options);
  const contract = readContract(project, path)!;
  expect(problemsOf(contract)).toEqual([]);
  expect(await disagreements(project, contract, (method) => method !== "lookalikes")).toEqual([]);
});

it("random types: the shapes accept exactly what the compiler accepts, unchanged", {
  timeout: 120_000,
}, async () => {
  const path = `${fixtures}random.service.ts`;
  const methods = new Map(
    fc.sample(randomType, { seed, numRuns: 60 }).map((type, index) => [`m${index}`, type]),
  );
  const project = openContractProject([], options);
  const read = () => {
    const lines = [...methods].map(([name, type]) => `  ${name}(value: ${type}): Promise<void>;`);
    const text = `${declarationsOfRandomTypes}/** @service */\nexport interface Random {\n${lines.join("\n")}\n}\n`;
    project.morph.createSourceFile(path, text, { overwrite: true });
    return readContract(project, path)!;
  };
  // A type may also be refused.
  for (const { where } of problemsOf(read())) methods.delete(/\.(\w+)/.exec(where)![1]!);
  expect(methods.size).toBeGreaterThan(30);
  expect(await disagreements(project, read(), (method) => !methods.get(method)!.includes("|"))).toEqual([]);
});

function problemsOf(contract: ContractModel) {
  return checkContracts([{ contract, output: "/values.crosspane.ts" }]);
}

/**
 * Draws values and reports those about which the generated module and the compiler disagree.
 *
 * @param isStrict true if a method refuses everything that the compiler refuses; a union of objects
 * that look alike does not
 */
async function disagreements(
  project: ContractProject,
  contract: ContractModel,
  isStrict: (method: string) => boolean,
): Promise<readonly string[]> {
  const name = contract.services[0]!.name;
  const service = loadServices(contract)[name]! as Service<object>;
  const cases = service.definition.methods.flatMap(({ name: method, params }): readonly Case[] => {
    const drawn = fc.sample(valuesOf(params[0]!.shape), { seed, numRuns: 10 });
    const changed = drawn.flatMap((value) => fc.sample(altered(value), { seed, numRuns: 2 }));
    return [
      ...drawn.map((value) => ({ method, value, isAltered: false })),
      ...changed.map((value) => ({ method, value, isAltered: true })),
    ];
  });
  const refusals = compile(project, contract, name, cases);
  const results = await callWithEach(service, cases);
  return cases.flatMap((each, index) => {
    const refusal = refusals.get(index);
    const result = results[index]!;
    const text = `${name}.${each.method}: ${literalCode(each.value)}`;
    if (result instanceof Error)
      return refusal === undefined ? [`${text}\n  refused: ${result.message}`] : [];
    const mustRefuse = !each.isAltered || (isStrict(each.method) && !isMissing(refusal ?? ""));
    if (refusal !== undefined && mustRefuse) return [`${text}\n  taken, but ${refusal}`];
    if (refusal === undefined && !isSame(result, each.value))
      return [`${text}\n  arrived as ${literalCode(result)}`];
    return [];
  });
}

/** Returns the compiler's errors, by the index of their case. */
function compile(
  { morph }: ContractProject,
  contract: ContractModel,
  service: string,
  cases: readonly Case[],
): ReadonlyMap<number, string> {
  const module = contract.file.replace(/\.ts$/, ".js");
  const head = `import type { ${service} as S } from ${JSON.stringify(module)};\n${collectionCode}`;
  const lines = cases.map(
    ({ method, value }, index) =>
      `export const v${index}: Parameters<S["${method}"]>[0] = ${literalCode(value)};`,
  );
  const file = morph.createSourceFile(`${fixtures}values.ts`, `${head}${lines.join("\n")}\n`, {
    overwrite: true,
  });
  return new Map(
    file.getPreEmitDiagnostics().map((diagnostic) => {
      const message = diagnostic.getMessageText();
      const text = typeof message === "string" ? message : message.getMessageText();
      return [diagnostic.getLineNumber()! - head.split("\n").length, text];
    }),
  );
}

/** Calls the service with each value. Returns the values that arrive, or the errors. */
async function callWithEach(service: Service<object>, cases: readonly Case[]): Promise<readonly unknown[]> {
  let arrived: unknown;
  const take = async (value: unknown) => {
    arrived = value;
  };
  const methods = service.definition.methods.map(({ name }) => [name, take] as const);
  await using _server = await serve(memory("random-values"), [
    service.implement(Object.fromEntries(methods)),
  ]);
  await using connection = await connect(memory("random-values"));
  const client = connection.client(service) as Record<string, (value: unknown) => Promise<void>>;
  const results: unknown[] = [];
  for (const { method, value } of cases) {
    arrived = undefined;
    const error = await client[method]!(value).then(
      () => undefined,
      (thrown: RpcError) => thrown,
    );
    results.push(error ?? arrived);
  }
  return results;
}

/** A property that is undefined may be missing on arrival. */
function isSame(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}

/** The compiler requires a property that may be undefined; a value without it means the same. */
function isMissing(refusal: string): boolean {
  return refusal.startsWith("Property 'maybe' is missing");
}
