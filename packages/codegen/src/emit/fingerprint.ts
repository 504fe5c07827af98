import { createHash } from "node:crypto";
import type { ContractModel, MethodModel, ServiceModel } from "../model/contract.js";
import { paramMark, typeKeyOf } from "../model/type-key.js";
import type { FunctionNode, ServiceNode, TypeNode } from "../model/type-node.js";
import { childTypes, referencesIn } from "../model/walk.js";

const digits = 16;

/** Fingerprints of the signatures that both ends must agree on, as short texts. */
export interface Fingerprints {
  /**
   * Returns the fingerprint of a method, with all services that its values refer to. Names of
   * parameters and types, the order of fields and comments do not count.
   */
  ofMethod(method: MethodModel): string;
  /** Returns the fingerprint of a function type, by the same rules, wherever it stands. */
  ofFunction(type: FunctionNode): string;
  /** Returns the fingerprint of a service: of its name and its methods, in any order. */
  ofService(service: ServiceModel): string;
}

/** Makes the fingerprints of a contract's methods, functions and services. */
export function createFingerprints(contract: ContractModel): Fingerprints {
  const keyOf = typeKeyOf(contract.types);

  const parts = (method: MethodModel): readonly string[] => {
    const params = method.params.map((param) => paramMark(param) + keyOf(param.type));
    const errors = method.tags.errors.map(({ name, fields }) => {
      return `throws ${JSON.stringify(name)} ${keyOf({ kind: "object", name, fields })}`;
    });
    return ["method", method.name, method.way, ...params, "=>", keyOf(method.result), ...errors.sort()];
  };

  const reachedFrom = createReach(contract);

  // Each service counts once, so that it does not matter how they refer to each other.
  const linked = (types: readonly TypeNode[]): readonly string[] => {
    const services = reachedFrom(types).map((service) => {
      const methods = service.methods.map((each) => JSON.stringify(parts(each))).sort();
      return JSON.stringify([service.wireName, service.isDisposable, ...methods]);
    });
    return services.sort();
  };

  const known = new Map<MethodModel, string>();
  const ofMethod = (method: MethodModel): string => {
    const text = known.get(method) ?? hash([...parts(method), ...linked(typesOf(method))]);
    known.set(method, text);
    return text;
  };

  return {
    ofMethod,
    ofFunction: (type) => hash(["function", keyOf(type), ...linked([type])]),
    ofService: (service) => hash(["service", service.wireName, ...service.methods.map(ofMethod).sort()]),
  };
}

function typesOf({ params, result }: MethodModel): readonly TypeNode[] {
  return [...params.map(({ type }) => type), result];
}

/**
 * Returns the function that finds the services that values of some types refer to, directly or
 * through others.
 */
function createReach(contract: ContractModel): (types: readonly TypeNode[]) => readonly ServiceModel[] {
  const services = [...contract.services, ...contract.linked];
  const declarationOf = ({ name, file }: ServiceNode) =>
    services.find((each) => each.name === name && each.at.file === file);
  const links = contract.types.map(({ type }) => ({
    services: servicesIn(type),
    uses: [...new Set(referencesIn(type))],
  }));

  return (types) => {
    const reached = new Set<ServiceModel>();
    const seen = new Set<number>();
    const found = types.flatMap(servicesIn);
    const pending = types.flatMap(referencesIn);
    while (pending.length > 0 || found.length > 0) {
      for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
        if (seen.has(id)) continue;
        seen.add(id);
        found.push(...links[id]!.services);
        pending.push(...links[id]!.uses);
      }
      for (let node = found.pop(); node !== undefined; node = found.pop()) {
        const service = declarationOf(node);
        if (service === undefined || reached.has(service)) continue;
        reached.add(service);
        const used = service.methods.flatMap(typesOf);
        found.push(...used.flatMap(servicesIn));
        pending.push(...used.flatMap(referencesIn));
      }
    }
    return [...reached];
  };
}

function servicesIn(type: TypeNode): readonly ServiceNode[] {
  return type.kind === "service" ? [type] : childTypes(type).flatMap(servicesIn);
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
