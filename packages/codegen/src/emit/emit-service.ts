import type { MethodModel, ParamModel, ServiceModel } from "../model/contract.js";
import type { TypeNode } from "../model/type-node.js";
import { formatDocComment } from "../text/doc-comment.js";
import { propertyAccess, propertyKey } from "../text/identifier.js";
import { braces, call, type Doc, layOut, list } from "../text/layout.js";
import { emitShape, type ShapeScope } from "./emit-shape.js";
import { methodFingerprint, serviceFingerprint } from "./fingerprint.js";

/** A service and the names it has in the generated module. */
export interface EmittedService {
  readonly service: ServiceModel;
  /** The contract's type. */
  readonly contract: string;
  /** The client class. */
  readonly client: string;
}

/** The class of a service's client stub. */
export function emitClient({ service, contract, client }: EmittedService, scope: ShapeScope): string {
  const methods = service.methods.map((method, index) => {
    const member = `${contract}[${JSON.stringify(method.name)}]`;
    const result = method.way === "notify" ? "void" : `ReturnType<${member}>`;
    const body =
      method.way === "notify"
        ? `${scope.runtime("notify")}(this, ${index}, args);`
        : `return ${scope.runtime("unary")}(this, ${index}, args);`;
    const head = `${propertyKey(method.name)}(...args: Parameters<${member}>): ${result} {`;
    return `${formatDocComment(method.docs, 2)}  ${head}\n    ${body}\n  }\n`;
  });
  const head = `class ${client} extends ${scope.runtime("ClientStub")} implements ${contract}`;
  return methods.length === 0 ? `${head} {}\n` : `${head} {\n${methods.join("\n")}}\n`;
}

/** The exported type and value of a service. */
export function emitDescriptor(
  { service, contract, client }: EmittedService,
  scope: ShapeScope,
  keyOf: (type: TypeNode) => string,
): string {
  const docs = formatDocComment(service.docs, 0);
  const prints = service.methods.map((method) => methodFingerprint(method, keyOf));
  const methods = service.methods.map((method, index) => {
    const text = layOut(emitMethod(method, prints[index]!, scope), { indent: 4 });
    return `    ${text},\n`;
  });
  const type = `${scope.runtime("Service")}<${contract}>`;
  return `${docs}export type ${service.name} = ${contract};
${docs}export const ${service.name}: ${type} = /* @__PURE__ */ ${scope.runtime("defineService")}<${contract}>({
  name: ${JSON.stringify(service.wireName)},
  fingerprint: ${JSON.stringify(serviceFingerprint(service, prints))},
  methods: [${methods.length === 0 ? "" : `\n${methods.join("")}  `}],
  client: ${client},
${emitDispatch(service, contract, scope)}});
`;
}

function emitMethod(method: MethodModel, fingerprint: string, scope: ShapeScope): Doc {
  const head = [JSON.stringify(method.name), JSON.stringify(fingerprint)];
  const params = list(method.params.map((param) => emitParam(param, scope)));
  if (method.way === "notify") return call(scope.runtime("notifyMethod"), ...head, params);
  return call(scope.runtime("unaryMethod"), ...head, params, emitShape(method.result, scope));
}

function emitParam(param: ParamModel, scope: ShapeScope): Doc {
  const options = [...(param.optional ? ["optional: true"] : []), ...(param.rest ? ["rest: true"] : [])];
  const shape = emitShape(param.type, scope);
  return call(
    scope.runtime("param"),
    JSON.stringify(param.name),
    shape,
    ...(options.length > 0 ? [braces(options)] : []),
  );
}

function emitDispatch(service: ServiceModel, contract: string, scope: ShapeScope): string {
  const refusal = `return ${scope.runtime("noSuchMethod")}(method);`;
  // A parameter that nothing uses is an error under strict settings.
  if (service.methods.length === 0) return `  dispatch(_service, method) {\n    ${refusal}\n  },\n`;
  const cases = service.methods.map((method, index) => {
    const member = `${contract}[${JSON.stringify(method.name)}]`;
    const invoke = `service${propertyAccess(method.name)}(...(args as Parameters<${member}>))`;
    return `      case ${index}:\n        return ${invoke};\n`;
  });
  return `  dispatch(service, method, args) {
    switch (method) {
${cases.join("")}      default:
        ${refusal}
    }
  },
`;
}
