import type { ErrorModel, MethodModel, ServiceModel } from "../model/contract.js";
import { formatDocComment } from "../text/doc-comment.js";
import { propertyAccess, propertyKey, quote } from "../text/identifier.js";
import { braces, call, type Doc, layOut, list, prefixed } from "../text/layout.js";
import { emitParam, emitShape, type ShapeScope } from "./emit-shape.js";
import type { Fingerprints } from "./fingerprint.js";

/** A service and the names it has in the generated module. */
export interface EmittedService {
  readonly service: ServiceModel;
  /** The contract's type. */
  readonly contract: string;
  /** The client class. */
  readonly client: string;
}

const callNames = { unary: "unary", stream: "streaming", notify: "notify" } as const;
const methodNames = { unary: "unaryMethod", stream: "streamMethod", notify: "notifyMethod" } as const;

/** Names of the module that the code of services needs. */
export interface ServiceScope extends ShapeScope {
  /** Returns the constant of an error class. */
  error(error: ErrorModel): string;
}

/** Emits the class of a service's client stub. */
export function emitClient({ service, contract, client }: EmittedService, scope: ShapeScope): string {
  const methods = service.methods.map((method, index) => {
    const member = `${contract}[${JSON.stringify(method.name)}]`;
    const result = method.way === "notify" ? "void" : `ReturnType<${member}>`;
    const make = `${scope.runtime(callNames[method.way])}(this, ${index}, args);`;
    const body = method.way === "notify" ? make : `return ${make}`;
    const head = `${propertyKey(method.name)}(...args: Parameters<${member}>): ${result} {`;
    return `${formatDocComment(method.docs, 2)}  ${head}\n    ${body}\n  }\n`;
  });
  const head = `class ${client} extends ${scope.runtime("ClientStub")} implements ${contract}`;
  return methods.length === 0 ? `${head} {}\n` : `${head} {\n${methods.join("\n")}}\n`;
}

/** Emits the exported type and value of a service. */
export function emitDescriptor(
  { service, contract, client }: EmittedService,
  {
    scope,
    fingerprints,
    snapshot,
  }: { readonly scope: ServiceScope; readonly fingerprints: Fingerprints; readonly snapshot: string },
): string {
  const docs = formatDocComment(service.docs, 0);
  const methods = service.methods.map((method) => {
    const text = layOut(emitMethod(method, fingerprints.ofMethod(method), scope), { indent: 4 });
    return `    ${text},\n`;
  });
  const allow =
    service.allow.length === 0 ? "" : `  allow: ${layOut(emitRules(service.allow), { indent: 2 })},\n`;
  const disposable = service.isDisposable ? "  disposable: true,\n" : "";
  const type = `${scope.runtime("Service")}<${contract}>`;
  return `${docs}export type ${service.name} = ${contract};
${docs}export const ${service.name}: ${type} = /* @__PURE__ */ ${scope.runtime("defineService")}<${contract}, ${snapshot}>({
  name: ${JSON.stringify(service.wireName)},
  fingerprint: ${JSON.stringify(fingerprints.ofService(service))},
  methods: [${methods.length === 0 ? "" : `\n${methods.join("")}  `}],
${allow}${disposable}  client: ${client},
${emitDispatch(service, contract, scope)}});
`;
}

function emitMethod(method: MethodModel, fingerprint: string, scope: ServiceScope): Doc {
  const head = [JSON.stringify(method.name), JSON.stringify(fingerprint)];
  const params = list(method.params.map((param) => emitParam(param, scope)));
  const result = method.way === "notify" ? [] : [emitShape(method.result, scope)];
  const options = emitTags(method, scope);
  return call(
    scope.runtime(methodNames[method.way]),
    ...head,
    params,
    ...result,
    ...(options.length === 0 ? [] : [braces(options)]),
  );
}

function emitTags({ tags }: MethodModel, scope: ServiceScope): readonly Doc[] {
  const options: Doc[] = [];
  if (tags.errors.length > 0) {
    options.push(prefixed("errors: ", list(tags.errors.map((error) => scope.error(error)))));
  }
  if (tags.isIdempotent) options.push("idempotent: true");
  if (tags.allow.length > 0) options.push(prefixed("allow: ", emitRules(tags.allow)));
  return options;
}

function emitRules(rules: readonly string[]): Doc {
  return list(rules.map((rule) => quote(rule)));
}

function emitDispatch(service: ServiceModel, contract: string, scope: ShapeScope): string {
  const refusal = `return ${scope.runtime("noSuchMethod")}(method);`;
  // An unused parameter is an error under strict settings.
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
