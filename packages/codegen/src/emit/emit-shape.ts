import { printLiteral, printType } from "../model/print-type.js";
import type {
  FieldModel,
  FunctionNode,
  ObjectNode,
  ParamModel,
  ServiceNode,
  TextPattern,
  TupleNode,
  TypeNode,
  TypeTable,
  UnionNode,
} from "../model/type-node.js";
import { planUnion } from "../model/union-plan.js";
import type { RuntimeSymbol } from "../runtime-symbols.js";
import { propertyKey, quote } from "../text/identifier.js";
import { braces, call, type Doc, list, prefixed } from "../text/layout.js";

/** Names of the module that code for shapes needs. */
export interface ShapeScope {
  readonly table: TypeTable;
  /** Returns the module's name for a name of the runtime: `rpc.array`. */
  runtime(symbol: RuntimeSymbol): string;
  /** Returns the constant of a named type, or a function around it if it is defined later. */
  reference(id: number): Doc;
  /** Returns the value of a service, of this module or another. */
  service(service: ServiceNode): string;
  /** Returns the fingerprint of a function type. */
  fingerprint(type: FunctionNode): string;
}

/** Returns the expression that makes a type's shape at run time. */
export function emitShape(type: TypeNode, scope: ShapeScope): Doc {
  const { runtime } = scope;
  const shape = (part: TypeNode) => emitShape(part, scope);
  switch (type.kind) {
    case "primitive":
      return runtime(type.name);
    case "typed-array":
      return call(runtime("typedArray"), JSON.stringify(type.name));
    case "literal":
      return call(runtime("literal"), printLiteral(type.value));
    case "one-of": {
      const name = quote(printType(type, scope.table));
      return call(runtime("oneOf"), name, list(type.values.map(printLiteral)));
    }
    case "text":
      return call(runtime("text"), quote(printType(type, scope.table)), emitPattern(type.pattern));
    case "array":
      return call(runtime("array"), shape(type.item));
    case "set":
      return call(runtime("set"), shape(type.item));
    case "record":
      return call(runtime("record"), shape(type.value));
    case "map":
      return call(runtime("map"), shape(type.key), shape(type.value));
    case "tuple":
      return emitTuple(type, scope);
    case "object":
      return emitObject(type, scope);
    case "union":
      return emitUnion(type, scope);
    case "stream":
      return type.form === "AsyncIterable"
        ? call(runtime("stream"), shape(type.item))
        : call(runtime("byteStream"), JSON.stringify(type.form));
    case "function": {
      const params = list(type.params.map((param) => emitParam(param, scope)));
      const fingerprint = JSON.stringify(scope.fingerprint(type));
      return call(runtime("func"), JSON.stringify(type.name), params, shape(type.result), fingerprint);
    }
    case "service":
      return call(runtime("reference"), `() => ${scope.service(type)}`);
    case "subscription":
    case "signal":
      return runtime(type.kind);
    case "reference":
      return scope.reference(type.id);
    case "unsupported":
      // Contracts with diagnostics are not emitted.
      return runtime("unknown");
  }
}

/** Returns the expression that makes a parameter. */
export function emitParam(param: ParamModel, scope: ShapeScope): Doc {
  const options = [...(param.optional ? ["optional: true"] : []), ...(param.rest ? ["rest: true"] : [])];
  const shape = emitShape(param.type, scope);
  return call(scope.runtime("param"), JSON.stringify(param.name), shape, ...withOptions(options));
}

/** Returns the fields of an object as those of an object literal. */
export function emitFields(fields: readonly FieldModel[], scope: ShapeScope): Doc {
  return braces(fields.map((field) => emitField(field, scope)));
}

function emitPattern(pattern: TextPattern): Doc {
  if (typeof pattern === "string") return JSON.stringify(pattern);
  if ("in" in pattern) return braces([`in: "${pattern.in}"`, prefixed("of: ", emitPattern(pattern.of))]);
  const texts = list(pattern.texts.map((text) => JSON.stringify(text)));
  return braces([prefixed("texts: ", texts), prefixed("parts: ", list(pattern.parts.map(emitPattern)))]);
}

function emitTuple(type: TupleNode, scope: ShapeScope): Doc {
  const options: Doc[] = [];
  if (type.optional > 0) options.push(`optional: ${type.optional}`);
  if (type.rest !== undefined) options.push(prefixed("rest: ", emitShape(type.rest, scope)));
  const items = list(type.items.map((item) => emitShape(item, scope)));
  return call(scope.runtime("tuple"), items, ...withOptions(options));
}

function emitObject(type: ObjectNode, scope: ShapeScope): Doc {
  const name = quote(printType(type, scope.table));
  return call(scope.runtime("object"), name, emitFields(type.fields, scope));
}

function emitField(field: FieldModel, scope: ShapeScope): Doc {
  const shape = emitShape(field.type, scope);
  return prefixed(
    `${propertyKey(field.name)}: `,
    field.optional ? call(scope.runtime("optional"), shape) : shape,
  );
}

function emitUnion(type: UnionNode, scope: ShapeScope): Doc {
  const plan = planUnion(type, scope.table);
  const options: Doc[] = [];
  if (plan.by !== undefined) options.push(`by: ${JSON.stringify(plan.by)}`);
  if (plan.tagged) options.push("tagged: true");
  const name = quote(printType(type, scope.table));
  const members = list(plan.members.map((member) => emitShape(member, scope)));
  return call(scope.runtime("union"), name, members, ...withOptions(options));
}

function withOptions(options: readonly Doc[]): Doc[] {
  return options.length === 0 ? [] : [braces(options)];
}
