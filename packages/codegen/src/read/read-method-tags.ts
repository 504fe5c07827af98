import type { Node } from "ts-morph";
import type { ErrorModel, MethodTags } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import { readAllowRule } from "./allow-rule.js";
import { readDocTags } from "./doc-tags.js";
import { readErrorClass } from "./read-error-class.js";
import { problemAt, type Site } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** Reads the tags of a method's doc comment: `@throws`, `@idempotent` and `@allow`. */
export function readMethodTags(
  docs: readonly string[],
  declaration: Node | undefined,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): { readonly tags: MethodTags; readonly problems: readonly Problem[] } {
  const tags = readDocTags(docs);
  const { rules: allow, problems } = readAllowRules(tags.allow, site);
  const errors: ErrorModel[] = [];
  for (const name of tags.throws) {
    const within: Site = { ...site, where: `${site.where}throws ${name}` };
    const error =
      declaration === undefined ? undefined : readErrorClass(name, declaration, { site: within, reader });
    if (error === undefined) continue;
    if ("reason" in error) problems.push(error);
    else errors.push(error);
  }
  return { tags: { errors, isIdempotent: tags.isIdempotent, allow }, problems };
}

/** Reads the rules of `@allow` tags as `core` does. */
export function readAllowRules(
  texts: readonly string[],
  site: Site,
): { readonly rules: string[]; readonly problems: Problem[] } {
  const rules: string[] = [];
  const problems: Problem[] = [];
  for (const text of texts) {
    const rule = readAllowRule(text);
    if (rule === undefined) problems.push(problemAt(site, "allow-rule", `@allow ${text}`.trim()));
    else rules.push(rule);
  }
  return { rules, problems };
}
