import { type Type, TypeFlags } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { isBrand } from "./brand.js";
import { libraryTypeOf } from "./library-types.js";
import { readObject } from "./read-object.js";
import { isReference } from "./read-reference.js";
import { type Site, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/**
 * Reads an intersection. Objects become one object with all of their properties. If one part is
 * more than a plain object, such as a string or an array, the result is that part. Every other part
 * must then be a brand or redundant.
 */
export function readIntersection(type: Type, site: Site, reader: TypeReader): TypeNode {
  const parts = type.getIntersectionTypes();
  const carriers = parts.filter((part) => isCarrier(part, reader));
  if (carriers.length === 0) return readObject(type, site, reader);
  const refused = carriers.find((each) => libraryTypeOf(each, reader)?.kind === "unsupported");
  const carrier =
    refused ??
    carriers.find((each) => parts.every((part) => part === each || isRedundant(part, each, reader)));
  if (carrier !== undefined) return reader.read(carrier, site);
  const functions = carriers.filter((each) => each.getCallSignatures().length > 0);
  if (functions.length > 1) return unsupported(site, "method-overloaded", type.getText(site.node));
  const reason = functions.length > 0 ? "function" : "intersection";
  return unsupported(site, reason, type.getText(site.node));
}

/** True if a value of the type is something other than an object with properties. */
function isCarrier(type: Type, reader: TypeReader): boolean {
  if (type.getFlags() & TypeFlags.NonPrimitive) return false;
  if (!type.isObject() || type.isTuple()) return true;
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return true;
  return libraryTypeOf(type, reader) !== undefined || isReference(type, reader);
}

function isRedundant(part: Type, carrier: Type, reader: TypeReader): boolean {
  const checker = reader.checker.compilerObject;
  if (checker.isTypeAssignableTo(carrier.compilerType, part.compilerType)) return true;
  if (isCarrier(part, reader) || checker.getIndexInfosOfType(part.compilerType).length > 0) return false;
  // A primitive has no own properties, so any property beside those of its prototype is a brand.
  const isPrimitive = !carrier.isObject();
  return part.getProperties().every((property) => {
    const isNew = carrier.getApparentProperty(property.getName()) === undefined;
    return isNew && (isPrimitive || isBrand(property));
  });
}
