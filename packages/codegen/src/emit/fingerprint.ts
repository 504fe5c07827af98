import { createHash } from "node:crypto";
import type { ContractModel, MethodModel, ServiceModel } from "../model/contract.js";
import { createTypeKey, paramMark } from "../model/type-key.js";
import type { FunctionNode, ServiceNode, TypeNode } from "../model/type-node.js";
import { childTypes } from "../model/walk.js";

const digits = 16;

/** What both ends must agree on to understand each other, as short texts. */
export interface Fingerprints {
  /**
   * Of a method, with all services that its values refer to. Names of parameters and types, the order of fields and comments do not
   * count.
   */
  ofMethod(method: MethodModel): string;
  /** Of a function type, by the same rules, wherever it stands. */
  ofFunction(type: FunctionNode): string;
  /** Of a service: of its name and its methods, whatever their order. */
  ofService(service: ServiceModel): string;
}

/** Makes the fingerprints of a contract's methods, functions and services. */
export function createFingerprints(contract: ContractModel): Fingerprints {
  const keyOf = createTypeKey(contract.types);

  const parts = (method: MethodModel): readonly string[] => {
    const params = method.params.map((param) => paramMark(param) + keyOf(param.type));
    const errors = method.tags.errors.map(({ name, fields }) => {
      return `throws ${JSON.stringify(name)} ${keyOf({ kind: "object", name, fields })}`;
    });
    return ["method", method.name, method.way, ...params, "=>", keyOf(method.result), ...errors.sort()];
  };

  // Each service once, so that it does not matter how they refer to each other.
  const linked = (types: readonly TypeNode[]): readonly string[] => {
    const services = reachedFrom(types, contract).map((service) => {
      const methods = service.methods.map((each) => JSON.stringify(parts(each))).sort();
      return JSON.stringify([service.wireName, service.isDisposable, ...methods]);
    });
    return services.sort();
  };

  const ofMethod = (method: MethodModel): string => hash([...parts(method), ...linked(typesOf(method))]);

  return {
    ofMethod,
    ofFunction: (type) => hash(["function", keyOf(type), ...linked([type])]),
    ofService: (service) => hash(["service", service.wireName, ...service.methods.map(ofMethod).sort()]),
  };
}

function typesOf({ params, result }: MethodModel): readonly TypeNode[] {
  return [...params.map(({ type }) => type), result];
}

/** The services that values of these types refer to, directly or through others. */
function reachedFrom(types: readonly TypeNode[], contract: ContractModel): readonly ServiceModel[] {
  const reached = new Set<ServiceModel>();
  const seen = new Set<number>();
  const enterType = (type: TypeNode): void => {
    if (type.kind === "service") enterService(type);
    else if (type.kind !== "reference") for (const child of childTypes(type)) enterType(child);
    else if (!seen.has(type.id)) {
      seen.add(type.id);
      enterType(contract.types[type.id]!.type);
    }
  };
  const enterService = ({ name, file }: ServiceNode): void => {
    const all = [...contract.services, ...contract.linked];
    const service = all.find((each) => each.name === name && each.at.file === file);
    if (service === undefined || reached.has(service)) return;
    reached.add(service);
    for (const type of service.methods.flatMap(typesOf)) enterType(type);
  };
  for (const type of types) enterType(type);
  return [...reached];
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
