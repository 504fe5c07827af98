import type { ContractModel } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import { walkContract } from "../model/walk.js";
import { createDiagnostic, type Diagnostic } from "./diagnostic.js";
import { misplaced } from "./misplaced.js";

/** The task of a run: a contract and the path of its output. */
export interface PlannedOutput {
  readonly contract: ContractModel;
  /** Absolute path with forward slashes. */
  readonly output: string;
}

/**
 * Finds every problem that prevents contracts from being generated.
 *
 * @param planned all contracts of the run; names must differ across them
 * @returns the diagnostics of each contract, by file, line and column
 */
export function checkContracts(planned: readonly PlannedOutput[]): readonly Diagnostic[] {
  const names = new Set<string>();
  const outputs = new Set<string>();
  return planned.flatMap((plan) => {
    const problems = [
      ...contractProblems(plan.contract),
      ...sharedNames(plan, names),
      ...sharedOutput(plan, outputs),
    ];
    return shortest(problems)
      .sort(compareProblems)
      .map((each) => createDiagnostic(each, plan.contract.file));
  });
}

/** Returns the diagnostic for an output path that holds a file which was not generated. */
export function occupiedOutput({ contract, output }: PlannedOutput): Diagnostic {
  const problem: Problem = { reason: "output-occupied", subject: fileName(output), ...placeOf(contract) };
  return createDiagnostic(problem, contract.file);
}

/** Returns the diagnostic for a generated file whose contract has no services any more. */
export function orphanedOutput(output: string, source: string): Diagnostic {
  const at = { file: output, line: 1, column: 1 };
  return createDiagnostic(
    { reason: "output-orphaned", subject: source, where: fileName(output), at },
    output,
  );
}

function contractProblems(contract: ContractModel): Problem[] {
  const problems = [...contract.problems, ...contract.services.flatMap((service) => service.problems)];
  walkContract(contract, (type, position, error) => {
    if (type.kind === "unsupported") problems.push(type.problem);
    else problems.push(...misplaced(type, position, { table: contract.types, error }));
  });
  return problems;
}

function sharedNames({ contract }: PlannedOutput, known: Set<string>): Problem[] {
  return contract.services.flatMap(({ wireName, name: where, at }): Problem[] => {
    if (known.has(wireName)) return [{ reason: "service-name-duplicate", subject: wireName, where, at }];
    known.add(wireName);
    return [];
  });
}

function sharedOutput({ contract, output }: PlannedOutput, known: Set<string>): Problem[] {
  // Names that differ in case only are one file on some systems.
  const key = output.toLowerCase();
  if (known.has(key)) return [{ reason: "output-shared", subject: fileName(output), ...placeOf(contract) }];
  known.add(key);
  return [];
}

function placeOf(contract: ContractModel): Pick<Problem, "at" | "where"> {
  const [first] = contract.services;
  return first === undefined
    ? { at: { file: contract.file, line: 1, column: 1 }, where: fileName(contract.file) }
    : { at: first.at, where: first.name };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Returns each problem once, by the shortest of the paths that lead to it. */
function shortest(problems: readonly Problem[]): Problem[] {
  const unique = new Map<string, Problem>();
  for (const problem of problems) {
    const key = problemKey(problem);
    const known = unique.get(key);
    if (known === undefined || problem.where.length < known.where.length) unique.set(key, problem);
  }
  return [...unique.values()];
}

function problemKey({ reason, at, subject }: Problem): string {
  return `${reason} ${at.file}:${at.line}:${at.column} ${subject}`;
}

function compareProblems(a: Problem, b: Problem): number {
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line || a.at.column - b.at.column;
}
