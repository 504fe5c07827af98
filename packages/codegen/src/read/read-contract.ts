import { DiagnosticCategory, type InterfaceDeclaration, Node, type SourceFile, SyntaxKind } from "ts-morph";
import type { ContractModel, ServiceModel } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import type { ContractProject } from "./contract-project.js";
import { readService } from "./read-service.js";
import { createTypeReader } from "./read-type.js";
import { readNearMiss, readServiceTag } from "./service-tag.js";
import { problemAt } from "./site.js";
import { findStrayTags } from "./stray-tags.js";
import type { TypeReader } from "./type-reader.js";

/**
 * Reads the services of one source file.
 *
 * @param project the open project
 * @param file path of a file that the project was opened with
 * @returns the model, or undefined if nothing in the file is tagged `@service`
 */
export function readContract(project: ContractProject, file: string): ContractModel | undefined {
  const sourceFile = project.morph.getSourceFileOrThrow(file);
  const broken = findSyntaxError(project, sourceFile);
  // Text after the first syntax error parses as something that the author did not write.
  if (broken !== undefined)
    return { file: sourceFile.getFilePath(), services: [], types: [], linked: [], problems: [broken] };
  const problems: Problem[] = [];
  const linked = new Set<InterfaceDeclaration>();
  const reader = createTypeReader({
    checker: project.morph.getTypeChecker(),
    contract: sourceFile,
    isLibrary: project.isLibrary,
    isCore: project.isCore,
    link: (service) => linked.add(service),
  });
  const services: ServiceModel[] = [];
  const seen = new Set<string>();
  const tagged = taggedNodes(sourceFile);
  for (const node of tagged) {
    const tag = readServiceTag(node)!;
    if (!Node.isInterfaceDeclaration(node)) {
      problems.push(problemAt({ node, where: nameOf(node) }, "service-not-interface", nameOf(node)));
    } else if (!seen.has(nameInFile(node))) {
      seen.add(nameInFile(node));
      services.push(readService(node, tag, reader));
    }
  }
  for (const node of sourceFile.getDescendantsOfKind(SyntaxKind.InterfaceDeclaration)) {
    const miss = readServiceTag(node) === undefined ? readNearMiss(node) : undefined;
    if (miss !== undefined) problems.push(problemAt({ node, where: node.getName() }, "service-tag", miss));
  }
  problems.push(...findStrayTags(sourceFile, tagged));
  if (services.length === 0 && problems.length === 0) return undefined;
  reader.readPending();
  const path = sourceFile.getFilePath();
  const others = readLinked(linked, reader);
  problems.push(...reader.foreignProblems());
  return { file: path, services, linked: others, types: reader.types, problems };
}

/** Reads the linked services of other contracts. The set grows meanwhile. */
function readLinked(linked: ReadonlySet<InterfaceDeclaration>, reader: TypeReader): readonly ServiceModel[] {
  const services: ServiceModel[] = [];
  for (const node of linked) {
    if (node.getSourceFile() !== reader.contract) {
      services.push(readService(node, readServiceTag(node)!, reader));
      reader.readPending();
    }
  }
  return services;
}

function findSyntaxError(project: ContractProject, sourceFile: SourceFile): Problem | undefined {
  const diagnostics = project.morph.getProgram().getSyntacticDiagnostics(sourceFile);
  const error = diagnostics.find((each) => each.getCategory() === DiagnosticCategory.Error);
  if (error === undefined) return undefined;
  const { line, column } = sourceFile.getLineAndColumnAtPos(error.getStart());
  const text = error.getMessageText();
  return {
    reason: "syntax-error",
    subject: typeof text === "string" ? text : text.getMessageText(),
    where: sourceFile.getBaseName(),
    at: { file: sourceFile.getFilePath(), line, column },
  };
}

function taggedNodes(sourceFile: SourceFile): readonly Node[] {
  return sourceFile
    .getDescendants()
    .filter(
      (node) => Node.isJSDocable(node) && node.getJsDocs().length > 0 && readServiceTag(node) !== undefined,
    );
}

function nameOf(node: Node): string {
  const name = Node.isVariableStatement(node) ? node.getDeclarations()[0]?.getName() : undefined;
  return name ?? (Node.hasName(node) ? node.getName() : node.getText().split("\n")[0]!);
}

function nameInFile(node: InterfaceDeclaration): string {
  const namespaces = node.getAncestors().filter(Node.isModuleDeclaration);
  return [...namespaces.map((each) => each.getName()).reverse(), node.getName()].join(".");
}
