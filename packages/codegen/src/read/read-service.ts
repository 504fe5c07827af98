import type { InterfaceDeclaration, Symbol as MorphSymbol, Type } from "ts-morph";
import type { MethodModel, ServiceModel } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import { readDocTags } from "./doc-tags.js";
import { readMember } from "./read-method.js";
import { readAllowRules } from "./read-method-tags.js";
import type { ServiceTag } from "./service-tag.js";
import { locationOf, problemAt, type Site, siteWithin } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** Global types that the generated module uses. A service of such a name would hide them. */
const hiddenNames: ReadonlySet<string> = new Set(["Parameters", "ReturnType"]);

const wireNamePattern = /^[A-Za-z_$][\w$]*(?:[./-][A-Za-z_$][\w$]*)*$/;

/** Reads one interface tagged `@service`, including inherited members. */
export function readService(
  declaration: InterfaceDeclaration,
  tag: ServiceTag,
  reader: TypeReader,
): ServiceModel {
  const name = declaration.getName();
  const wireName = tag.wireName ?? name;
  const site: Site = { node: declaration.getNameNode(), where: name };
  const problems: Problem[] = [];
  const methods: MethodModel[] = [];

  if (!isExported(declaration)) problems.push(problemAt(site, "service-not-exported", name));
  if (hiddenNames.has(name) || !wireNamePattern.test(wireName))
    problems.push(problemAt(site, "service-name", wireName));
  if (declaration.getTypeParameters().length > 0) problems.push(problemAt(site, "service-generic", name));
  problems.push(...brokenBases(declaration, site), ...otherSignatures(declaration, site));
  // The methods of a generic service have types that are not known yet.
  if (declaration.getTypeParameters().length === 0) {
    for (const member of orderMembers(declaration.getType())) {
      if (isDisposal(member)) continue;
      const read = readMember(member, site, reader);
      if (!("reason" in read)) methods.push(read.method);
      const found = "reason" in read ? [read] : read.problems;
      problems.push(...found.filter((each) => !problems.some((known) => isSame(known, each))));
    }
  }
  const allow = readAllowRules(readDocTags(tag.docs).allow, site);
  problems.push(...allow.problems);
  return {
    name,
    wireName,
    docs: tag.docs,
    methods,
    isDisposable: declaration.getType().getProperties().some(isDisposal),
    allow: allow.rules,
    problems,
    at: locationOf(site.node),
  };
}

function isExported(declaration: InterfaceDeclaration): boolean {
  const exported = declaration.getSourceFile().getExportedDeclarations().get(declaration.getName()) ?? [];
  return exported.includes(declaration);
}

function brokenBases(declaration: InterfaceDeclaration, site: Site): Problem[] {
  const broken = declaration.getExtends().filter((base) => base.getType().isAny());
  return broken.map((base) => problemAt(siteWithin(site, "", base), "unresolved", base.getText()));
}

function otherSignatures(declaration: InterfaceDeclaration, site: Site): Problem[] {
  const signatures = [
    ...declaration.getCallSignatures(),
    ...declaration.getConstructSignatures(),
    ...declaration.getIndexSignatures(),
  ];
  return signatures.map((node) => problemAt(siteWithin(site, "", node), "member-not-method", node.getText()));
}

/** Returns the members, inherited ones first, in the order of declaration. */
function orderMembers(type: Type): readonly MorphSymbol[] {
  const names = new Set<string>();
  const collect = (part: Type): void => {
    for (const base of part.getBaseTypes()) collect(base);
    for (const property of part.getProperties()) names.add(property.getEscapedName());
  };
  collect(type);
  const members = new Map(type.getProperties().map((property) => [property.getEscapedName(), property]));
  return [...names].flatMap((name) => members.get(name) ?? []);
}

/** True for the members of `Disposable` and `AsyncDisposable`, which every client has. */
function isDisposal(member: MorphSymbol): boolean {
  return /^__@(?:dispose|asyncDispose)@\d+$/.test(member.getName());
}

function isSame(a: Problem, b: Problem): boolean {
  return (
    a.reason === b.reason && a.at.line === b.at.line && a.at.column === b.at.column && a.at.file === b.at.file
  );
}
