import { createHash } from "node:crypto";
import type { MethodModel, ServiceModel } from "../model/contract.js";
import type { TypeNode } from "../model/type-node.js";

const digits = 16;

/**
 * The fingerprint of a method: what both ends must agree on to understand each other. Names of parameters and types,
 * the order of fields and comments do not count.
 *
 * @param method the method
 * @param keyOf gives equal texts for types of equal structure
 */
export function methodFingerprint(method: MethodModel, keyOf: (type: TypeNode) => string): string {
  const params = method.params.map((param) => {
    const mark = param.rest ? "..." : param.optional ? "?" : "";
    return `${mark}${keyOf(param.type)}`;
  });
  return hash(["method", method.name, method.way, ...params, "=>", keyOf(method.result)]);
}

/** The fingerprint of a service: of its name and its methods, whatever their order. */
export function serviceFingerprint(service: ServiceModel, methods: readonly string[]): string {
  return hash(["service", service.wireName, ...[...methods].sort()]);
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
