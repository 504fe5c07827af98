import type { Type } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { readServiceTag, serviceDeclarationOf } from "./service-tag.js";
import { type Site, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/**
 * True if values of the type travel by reference: services, and the subscription of
 * `@crosspane/core`.
 */
export function isReference(type: Type, reader: TypeReader): boolean {
  return isSubscription(type, reader) || serviceDeclarationOf(type) !== undefined;
}

/**
 * Reads an interface whose objects travel by reference: another service, or the subscription of
 * `@crosspane/core`. Returns undefined for any other type.
 */
export function readReference(type: Type, site: Site, reader: TypeReader): TypeNode | undefined {
  if (isSubscription(type, reader)) return { kind: "subscription" };
  const service = serviceDeclarationOf(type);
  if (service === undefined) return undefined;
  const name = service.getName();
  const source = service.getSourceFile();
  if (source.isDeclarationFile() || source.isInNodeModules())
    return unsupported(site, "service-elsewhere", name);
  reader.link(service);
  const wireName = readServiceTag(service)?.wireName ?? name;
  return { kind: "service", name, wireName, file: source.getFilePath() };
}

function isSubscription(type: Type, reader: TypeReader): boolean {
  const symbol = type.getSymbol();
  return symbol?.getName() === "Subscription" && symbol.getDeclarations().some(reader.isCore);
}
