import { printLiteral, printType } from "../model/print-type.js";
import type {
  FieldModel,
  ObjectNode,
  TupleNode,
  TypeNode,
  TypeTable,
  UnionNode,
} from "../model/type-node.js";
import { planUnion } from "../model/union-plan.js";
import type { RuntimeSymbol } from "../runtime-symbols.js";
import { propertyKey, quote } from "../text/identifier.js";
import { braces, call, type Doc, list, prefixed } from "../text/layout.js";

/** What code for shapes needs to know of its module. */
export interface ShapeScope {
  readonly table: TypeTable;
  /** How the module writes a name of the runtime: `rpc.array`. */
  runtime(symbol: RuntimeSymbol): string;
  /** The constant of a named type, or a function around it if it is defined later. */
  reference(id: number): Doc;
}

/** The expression that makes a type's shape at run time. */
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
    case "reference":
      return scope.reference(type.id);
    case "unsupported":
      // Contracts with diagnostics are not emitted.
      return runtime("unknown");
  }
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
  return call(scope.runtime("object"), name, braces(type.fields.map((field) => emitField(field, scope))));
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
