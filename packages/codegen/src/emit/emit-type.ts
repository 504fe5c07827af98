import { printLiteral, printPattern } from "../model/print-type.js";
import type {
  FieldModel,
  LiteralValue,
  ParamModel,
  ServiceNode,
  TypeNode,
  TypeTable,
} from "../model/type-node.js";
import { propertyKey } from "../text/identifier.js";
import { braces, type Doc, flatten, generic, list, prefixed, suffixed, union } from "../text/layout.js";
import { type PathTo, pathOfField, pathsWithin, type Runtime } from "./type-paths.js";

/** Facts about the module that code for types needs. */
export interface TypeScope {
  readonly table: TypeTable;
  readonly runtime: Runtime;
  /** Returns a type of the language by its name, which the module may use for something else. */
  global(name: string): string;
  /** Returns a named type. */
  reference(id: number): string;
  service(service: ServiceNode): string;
  /** Returns the name for a type that is compared separately. */
  part(type: TypeNode, path: string): string;
  /**
   * Called for a type of the platform that has no path: any type that contains it cannot be
   * compared.
   */
  onUnknown(): void;
}

/**
 * A type with forms in it that is within more than this many of the same kind is compared
 * separately, see `stub-v1/snapshot.ts` of core.
 */
const maxNesting = 2;

type Kind = TypeNode["kind"] | "optional";

/** A type, its path, and the kinds of the types around it. */
interface Place extends PathTo {
  readonly around: readonly Kind[];
}

/**
 * Returns the TypeScript of a type as it travels, without the parts that do not matter for that. A
 * type of the platform is taken from its path, so that it never differs.
 *
 * @param around the kinds of the types that the type is within
 */
export function emitType(at: PathTo, scope: TypeScope, around: readonly Kind[] = []): Doc {
  const { type, path } = at;
  if (path !== undefined && kindsOf(type).some((kind) => count(around, kind) >= maxNesting)) {
    return scope.part(type, path);
  }
  return emitPlace({ ...at, around }, scope);
}

function emitPlace({ type, path, around }: Place, scope: TypeScope): Doc {
  const { runtime, global } = scope;
  const inner = () =>
    pathsWithin({ type, path }, scope).map((part) => emitType(part, scope, [...around, ...kindsOf(type)]));
  switch (type.kind) {
    case "primitive":
      if (type.flags !== undefined) return emitLiterals(type.flags);
      return type.name === "date" ? global("Date") : type.name === "bytes" ? global("Uint8Array") : type.name;
    case "typed-array":
      return global(type.name);
    case "literal":
      return printLiteral(type.value);
    case "one-of":
      return type.isPlatform ? fromPath(path, scope) : emitLiterals(type.values);
    case "text":
      return printPattern(type.pattern);
    case "array":
      return suffixed(inner()[0]!, "[]");
    case "set":
      return generic(global("Set"), ...inner());
    case "map":
      return generic(global("Map"), ...inner());
    case "record":
      return braces([prefixed("[key: string]: ", inner()[0]!)]);
    case "tuple": {
      const firstOptional = type.items.length - type.optional;
      return list(
        inner().map((item, index) => {
          if (index >= type.items.length) return prefixed("...", suffixed(item, "[]"));
          return index < firstOptional ? item : suffixed(item, "?");
        }),
      );
    }
    case "object":
      return type.isPlatform
        ? fromPath(path, scope)
        : emitFieldTypes({ fields: type.fields, path }, scope, around);
    case "union":
      return type.isPlatform ? fromPath(path, scope) : union(inner());
    case "stream":
      return type.form === "AsyncIterable"
        ? generic(global("AsyncIterable"), ...inner())
        : `${runtime("ByteStreams")}["${type.form}"]`;
    case "function": {
      const parts = inner();
      const args = flatten(emitArgs(type.params, parts));
      return `((...args: ${args}) => ${flatten(parts.at(-1)!)})`;
    }
    case "service":
      return scope.service(type);
    case "subscription":
      return runtime("Subscription");
    case "signal":
      return runtime("Signal");
    case "reference":
      return scope.reference(type.id);
    case "unsupported":
      // Contracts with diagnostics are not emitted.
      return "never";
  }
}

/** Returns the parameters of a method or function as a tuple; `parts` begins with their types. */
export function emitArgs(params: readonly ParamModel[], parts: readonly Doc[]): Doc {
  return list(
    params.map(({ optional, rest }, index) => {
      if (rest) return prefixed("...", suffixed(parts[index]!, "[]"));
      return optional ? suffixed(parts[index]!, "?") : parts[index]!;
    }),
  );
}

/** Returns the properties of an object type. */
export function emitFieldTypes(
  { fields, path }: { readonly fields: readonly FieldModel[]; readonly path: string | undefined },
  scope: TypeScope,
  around: readonly Kind[] = [],
): Doc {
  return braces(
    fields.map((field) => {
      const inner = path === undefined ? undefined : pathOfField(field, path, scope.runtime);
      const head = `${propertyKey(field.name)}${field.optional ? "?" : ""}: `;
      const within = field.optional ? [...around, "optional" as const] : around;
      return prefixed(head, emitType({ type: field.type, path: inner }, scope, within));
    }),
  );
}

/** Returns the forms that a type has in itself; objects and unions have none of their own. */
function kindsOf(type: TypeNode): readonly Kind[] {
  switch (type.kind) {
    case "array":
    case "set":
    case "map":
      return [type.kind];
    case "stream":
      return type.form === "AsyncIterable" ? ["stream"] : [];
    case "tuple":
      return type.optional > 0 ? ["tuple", "optional"] : ["tuple"];
    case "function":
      return type.params.some(({ optional }) => optional)
        ? ["function", "tuple", "optional"]
        : ["function", "tuple"];
    case "object":
      return type.fields.some(({ optional }) => optional) ? ["optional"] : [];
    default:
      return [];
  }
}

function count(kinds: readonly Kind[], wanted: Kind): number {
  return kinds.filter((kind) => kind === wanted).length;
}

function emitLiterals(values: readonly LiteralValue[]): Doc {
  return union(values.map(printLiteral));
}

function fromPath(path: string | undefined, scope: TypeScope): string {
  if (path === undefined) scope.onUnknown();
  return path ?? "never";
}
